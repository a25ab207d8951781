/** What somebody else has done to our files, apart from what the list asks for anew. Pure. */

import type { Cause, Notice } from '../model/report.ts'
import { hasBanner } from '../ownership/banner.ts'
import { writerName } from '../ownership/other-writers.ts'
import { digestOf, type ManagedFile, ORIGINALS_DIRECTORY } from '../ownership/state.ts'
import { isOpen, opening } from './permissions.ts'
import { isSameContent, type Step } from './step.ts'

/** Why a file that we have written before changes again; undefined for one that we have not. */
export function causeOf(step: Step, written: ManagedFile | undefined): Cause | undefined {
  if (written === undefined) return undefined
  if (isSameContent(step)) return 'drift'
  const [drifted, list] = [hasDrifted(step, written), isAskedAnew(step, written)]
  if (list) return drifted ? 'both' : 'list'
  return 'drift'
}

/** What to know about a step that undoes somebody else's work, or takes it over. */
export function ownershipNotices(
  step: Step,
  written: ManagedFile | undefined,
  uid: number,
): readonly Notice[] {
  return [...openNotices(step, uid), ...foreignNotices(step, written)]
}

/** Who could write it may have, or may be about to. */
function openNotices({ target, path, before, after }: Step, uid: number): readonly Notice[] {
  if (before === undefined || after === undefined || !isOpen(before.ownership, uid)) return []
  const message = `can be changed by other users (${opening(before.ownership, uid)}): regmirror closes it`
  return [{ code: 'opened', message, target, file: path }]
}

function foreignNotices(step: Step, written: ManagedFile | undefined): readonly Notice[] {
  const notice = (code: string, message: string) => [{ code, message, target: step.target, file: step.path }]
  if (written === undefined) {
    if (step.before === undefined || step.owns === 'value' || hasBanner(step.before.bytes)) return []
    const author = writerName(step.path, step.before.bytes.toString('utf8'))
    return notice(
      'adopted',
      `was written by ${author}: regmirror takes it over and keeps the original in ${ORIGINALS_DIRECTORY}`,
    )
  }
  return hasDrifted(step, written) ? notice('drifted', driftMessage(step, written)) : []
}

/** Whether what stands there is not what we left. Others may change the rest of a file in which we own a value. */
function hasDrifted({ before, owns, setting }: Step, written: ManagedFile): boolean {
  if (before === undefined) return true
  if (digestOf(before.bytes) === written.digest) return false
  return owns === 'whole' || setting?.value === written.setting?.value
}

/** Whether the list wants something else there than what we left. */
function isAskedAnew({ after, owns, setting }: Step, written: ManagedFile): boolean {
  if (after === undefined) return true
  if (owns === 'value') return setting?.value !== written.setting?.value
  return digestOf(after.bytes) !== written.digest
}

function driftMessage({ path, before, owns, setting }: Step, { written_at, original }: ManagedFile): string {
  if (before === undefined)
    return `was removed by somebody else after regmirror wrote it at ${written_at}: it comes back`
  const author = writerName(path, before.bytes.toString('utf8'))
  const what = owns === 'value' ? `its ${setting?.path.at(-1)} ` : ''
  const kept =
    // What was there before us stays the original; this is not it.
    owns === 'whole' && original === null && !hasBanner(before.bytes)
      ? `; the file is kept in ${ORIGINALS_DIRECTORY}`
      : ''
  const when = new Date(before.changed).toISOString()
  return `${what}was changed by ${author} at ${when}, after regmirror wrote it at ${written_at}: that is undone${kept}`
}
