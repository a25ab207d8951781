/** The list of a command that needs none. */
import { listDirectories } from '../list/list-directories.ts'
import { findDefaultLists } from '../list/list-text.ts'
import type { LoadedList } from '../list/load.ts'
import { Failure } from '../model/errors.ts'
import type { World } from '../model/world.ts'
import type { Reader } from '../system/reader.ts'
import type { TargetTable } from '../targets/target.ts'
import { type ListOptions, openList } from './open.ts'

/** A default list that cannot be used is no reason to do nothing; one that the user names is. */
export type FoundList = { readonly loaded?: LoadedList; readonly fault?: Failure }

/** The list that the user names, else the default list where there is one. Throws the Failure of a named list. */
export async function openListIfAny(
  options: ListOptions,
  targets: TargetTable,
  node: Reader,
  world: World,
): Promise<FoundList> {
  if (options.file !== undefined) return { loaded: await openList(options, targets, node, world) }
  try {
    if ((await findDefaultLists(node, listDirectories(world, options.root))).length === 0) return {}
    return { loaded: await openList(options, targets, node, world) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { fault: error }
  }
}
