/** What a command that writes nothing says of a run that was interrupted. */
import { type Phase, readJournal } from '../apply/journal.ts'
import { isLocked } from '../apply/node-lock.ts'
import type { Notice } from '../model/report.ts'
import type { Reader } from '../system/reader.ts'

export async function interruptedNotices(node: Reader): Promise<readonly Notice[]> {
  const found = await readJournal(node)
  if (found === undefined) return []
  const file = node.statePaths.directory
  if (await isLocked(node)) {
    const message = 'another regmirror process is writing to this node; run the command again later'
    return [{ code: 'apply_in_progress', message, file }]
  }
  const { command, started_at } = found.journal
  const message = `regmirror ${command} of ${started_at} was interrupted; the next apply or restore ${VERBS[found.phase]} it first`
  return [{ code: 'run_interrupted', message, file }]
}

const VERBS: Readonly<Record<Phase, string>> = {
  staging: 'undoes',
  committing: 'finishes',
  undoing: 'undoes',
  activating: 'restarts its daemons again, and finishes or undoes',
  reverting: 'undoes',
}
