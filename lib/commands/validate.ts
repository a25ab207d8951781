/** `validate`: check the mirror list. */
import type { ValidateReport } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { type Options, openList, openNode } from '../pipeline/open.ts'

/** Reads the list as every command does. Throws Failure `invalid_list`. */
export async function validate(
  options: Options & { readonly strict: boolean },
  world: World,
): Promise<ValidateReport> {
  const { list, notices, file } = await openList(options, await openNode(options, world), world)
  const mirrors = list.registries.reduce((sum, registry) => sum + registry.mirrors.length, 0)
  const strict = options.strict ? { strict: true } : {}
  return {
    version: 1,
    kind: 'validate',
    ...strict,
    file,
    registries: list.registries.length,
    mirrors,
    notices,
  }
}
