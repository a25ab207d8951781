/** What a killed run leaves in the state folder beside its journal. */
import path from 'node:path'
import { watchFiles } from '../ownership/state.ts'
import type { Reader } from '../system/reader.ts'
import { isTemporary, parseTemporaryName } from '../system/temporary-name.ts'
import type { Writer } from '../system/writer.ts'
import { isJournalName } from './journal.ts'
import { isLocked } from './node-lock.ts'
import { isWriterName } from './tickets.ts'

/** Whether an earlier run left anything: a journal, a ticket or a temporary. */
export async function hasLeftovers(node: Reader): Promise<boolean> {
  const entries = await node.entries(node.statePaths.directory)
  return entries?.length === 0 || entries?.some(({ name }) => isLeftover(name)) === true
}

/** Other names are not of regmirror, such as the lost+found of a volume. */
function isLeftover(name: string): boolean {
  return isJournalName(name) || isWriterName(name) || isTemporary(name)
}

/** Removes the temporaries of a killed run. */
export async function removeLeftovers(node: Writer): Promise<void> {
  // A watcher may be writing its own temporaries now.
  const watched = await isLocked(node, 'watch')
  const { directory, originals } = node.statePaths
  await removeTemporaries(originals, () => true, node)
  await removeTemporaries(directory, name => !watched || !isWatchFile(name, node), node)
}

/** Removes the temporaries of a killed watcher. The caller holds the lock of watchers. */
export async function removeWatchLeftovers(node: Writer): Promise<void> {
  await removeTemporaries(node.statePaths.directory, name => isWatchFile(name, node), node)
}

function isWatchFile(name: string, { statePaths }: Reader): boolean {
  return watchFiles(statePaths).some(file => path.basename(file) === name)
}

/** `isRemovable` is given the name of the file that a temporary was made for. */
async function removeTemporaries(
  directory: string,
  isRemovable: (name: string) => boolean,
  node: Writer,
): Promise<void> {
  for (const { name } of (await node.entries(directory)) ?? []) {
    const target = parseTemporaryName(name)
    if (target !== undefined && isRemovable(target)) await node.remove(`${directory}/${name}`)
  }
}
