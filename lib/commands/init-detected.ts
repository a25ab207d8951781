/** The `[targets]` of a new list: the runtimes that a node has. */
import type { InitReport } from '../model/init-report.ts'
import type { World } from '../model/world.ts'
import { NO_STATE } from '../ownership/state.ts'
import { type NodeOptions, openPlace, openReadable } from '../pipeline/open.ts'
import { ownScope } from '../pipeline/scope.ts'
import { detectTargets, type PresentTarget } from '../targets/present-targets.ts'
import type { TargetTable } from '../targets/target.ts'
import type { View } from '../targets/view.ts'

interface DetectedList {
  readonly list: string
  readonly detected: NonNullable<InitReport['detected']>
}

/** The list with a table for each runtime; the list itself where there is none. */
export async function addDetected(
  list: string,
  options: NodeOptions,
  table: TargetTable,
  world: World,
): Promise<DetectedList> {
  const place = openPlace(ownScope(options, world), await openReadable(options), world)
  const found = await detectInScope(table, { ...place, state: NO_STATE })
  const detected = found.map(({ name: target, what, file }) => ({ target, what, file }))
  const missing = found.filter(({ name }) => !hasTable(list, name))
  return { list: missing.length === 0 ? list : `${list}\n${tablesText(missing)}`, detected }
}

/** A list is for a user or for the machine: where a user has runtimes, they are all that it names. */
async function detectInScope(table: TargetTable, view: View): Promise<readonly PresentTarget[]> {
  const found = await detectTargets(table, view)
  const ofUser = found.filter(({ isUsers }) => isUsers)
  return ofUser.length > 0 ? ofUser : found
}

function hasTable(list: string, name: string): boolean {
  return list.split('\n').some(line => line.trimEnd() === `[targets.${name}]`)
}

function tablesText(found: readonly PresentTarget[]): string {
  const tables = found.map(({ name, what, file }) => `# ${what}: ${file}\n[targets.${name}]\n`)
  return `# The runtimes that regmirror configures. Remove those that it must leave alone.\n\n${tables.join('\n')}`
}
