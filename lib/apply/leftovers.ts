/** What a killed run leaves in the state folder beside its journal. */
import path from 'node:path'
import { ORIGINALS_DIRECTORY, STATE_DIRECTORY, WATCH_FILES } from '../ownership/state.ts'
import type { Reader } from '../system/reader.ts'
import { isTemporary, parseTemporaryName } from '../system/temporary-name.ts'
import type { Writer } from '../system/writer.ts'
import { isJournalName } from './journal.ts'
import { isLocked } from './node-lock.ts'
import { isWriterName } from './tickets.ts'

/** Whether an earlier run left anything: a journal, a ticket or a temporary. */
export async function hasLeftovers(node: Reader): Promise<boolean> {
  const entries = await node.entries(STATE_DIRECTORY)
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
  await removeTemporaries(ORIGINALS_DIRECTORY, () => true, node)
  await removeTemporaries(STATE_DIRECTORY, name => !watched || !isWatchFile(name), node)
}

/** Removes the temporaries of a killed watcher. The caller holds the lock of watchers. */
export async function removeWatchLeftovers(node: Writer): Promise<void> {
  await removeTemporaries(STATE_DIRECTORY, isWatchFile, node)
}

function isWatchFile(name: string): boolean {
  return WATCH_FILES.some(file => path.basename(file) === name)
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
