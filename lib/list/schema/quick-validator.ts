/** Whether a list has the right shape: most lists have. A build compiles the schema in place of this module. */
import type { KnownTargets } from '../../model/target-settings.ts'
import { compileSchema, QUICK } from './compile-schema.ts'

const compiled = new WeakMap<KnownTargets, (value: unknown) => boolean>()

export function quickValidator(targets: KnownTargets): (value: unknown) => boolean {
  const known = compiled.get(targets)
  if (known !== undefined) return known
  const validate = compileSchema(targets, QUICK)
  compiled.set(targets, validate)
  return validate
}
