/** The list of a watcher: checked, parsed and resolved again only after something changed of what it was read from. */
import type { LoadedList } from '../../list/load.ts'
import { Failure } from '../../model/errors.ts'
import type { MirrorList } from '../../model/registry.ts'
import type { World } from '../../model/world.ts'
import { type ListOptions, openList } from '../../pipeline/open.ts'
import { refuseMachineTargets } from '../../pipeline/scope.ts'
import { openReader, type Reader } from '../../system/reader.ts'
import type { TargetTable } from '../../targets/target.ts'
import { traceReads } from './trace-reads.ts'

interface ListSource {
  readonly node: Reader
  readonly options: ListOptions
  readonly table: TargetTable
  readonly world: World
}

interface KnownList {
  readonly loaded: LoadedList
  isSame(): Promise<boolean>
}

/** Throws Failure as `openList` does. The same list is the same object. */
export function openKnownList(source: ListSource): () => Promise<LoadedList> {
  let known: KnownList | undefined
  return async () => {
    if (known !== undefined && (await isUnchanged(known))) return known.loaded
    known = undefined
    const read = await readKnown(source)
    if (!dependsOnTime(read.loaded.list)) known = read
    return read.loaded
  }
}

async function readKnown({ node, options, table, world }: ListSource): Promise<KnownList> {
  const [inNode, here] = [traceReads(node), traceReads(openReader('/'))]
  const loaded = await openList(options, table, inNode.reader, world, here.reader)
  if (options.user !== undefined) refuseMachineTargets(loaded, options, table)
  return { loaded, isSame: async () => (await inNode.isSame()) && (await here.isSame()) }
}

/** Reading the list again reports what can no longer be read. */
async function isUnchanged({ isSame }: KnownList): Promise<boolean> {
  try {
    return await isSame()
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
}

/** Its notices say which certificates have expired. */
function dependsOnTime({ registries }: MirrorList): boolean {
  return registries.some(({ mirrors, server }) => [...mirrors, server].some(one => (one?.ca.length ?? 0) > 0))
}
