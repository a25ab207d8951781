/** `validate`: check the mirror list. */
import { openList, openReadable } from '../pipeline/open.ts'
import type { RunCommand } from './command.ts'
import type { ValidateFlags } from './flags.ts'

/** Reads the list as every command does. Throws Failure `invalid_list`. */
export const validate: RunCommand<ValidateFlags> = async (flags, context) => {
  const { world } = context
  const table = await context.targets()
  const { whole, notices, file } = await openList(flags, table, await openReadable(flags), world)
  const mirrors = whole.registries.reduce((sum, registry) => sum + registry.mirrors.length, 0)
  const strict = flags.strict ? { strict: true } : {}
  const registries = whole.registries.length
  return { version: 1, kind: 'validate', ...strict, file, registries, mirrors, notices }
}
