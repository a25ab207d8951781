/** `validate`: is the list sound? */
import type { ValidateReport } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { type Options, openList, openNode } from '../pipeline/open.ts'

/** Reads the list as every command does and says how large it is. Unsound lists are thrown. */
export async function validate(options: Options, world: World): Promise<ValidateReport> {
  const { list, notices, file } = await openList(options, await openNode(options, world), world)
  const mirrors = list.registries.reduce((sum, registry) => sum + registry.mirrors.length, 0)
  return { version: 1, kind: 'validate', file, registries: list.registries.length, mirrors, notices }
}
