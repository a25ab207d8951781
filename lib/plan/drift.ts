/** Changes that were made outside regmirror to files that it manages, or is about to take over. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { formats } from '../formats/index.ts'
import type { Cause, Notice } from '../model/report.ts'
import { sha256Hex } from '../model/sha256.ts'
import { hasBanner } from '../ownership/banner.ts'
import type { ManagedFile, OwnedValue } from '../ownership/managed-file.ts'
import { byWriter } from '../ownership/other-writers.ts'
import { isWhole } from '../ownership/owned-value.ts'
import type { FoundFile } from '../system/file-facts.ts'
import type { Target } from '../targets/target.ts'
import { describeAccess, isWritableByOthers } from './permissions.ts'
import { isSameContent, type Step } from './step.ts'
import { keysOf } from './withdraw.ts'

/** What the notices of a target need beside its steps. */
interface Occasion {
  /** The user who runs regmirror. */
  readonly uid: number
  /** The directory in which originals are kept. */
  readonly originals: string
  readonly writerOf: Target['writerOf']
}

/** Why a managed file changes again; undefined for a file that regmirror did not manage before. */
export function findCause(step: Step, written: ManagedFile | undefined): Cause | undefined {
  if (written === undefined) return undefined
  if (isSameContent(step) || !isListed(step, written)) return 'drift'
  return hasDrifted(step, written) ? 'both' : 'list'
}

/** Notices about a step that takes over a file, or undoes a change that was made outside regmirror. */
export function ownershipNotices(
  step: Step,
  written: ManagedFile | undefined,
  occasion: Occasion,
): readonly Notice[] {
  const content = written === undefined ? takeOverNotices(step, occasion) : drift(step, written, occasion)
  return [...permissionNotices(step, occasion.uid), ...content]
}

function permissionNotices(step: Step, uid: number): readonly Notice[] {
  const { before, after } = step
  if (before === undefined || after === undefined || !isWritableByOthers(before.ownership, uid)) return []
  const message = `other users can write it (${describeAccess(before.ownership, uid)}); regmirror resets mode and owner`
  return [notice(step, 'permissions_reset', message)]
}

function takeOverNotices(step: Step, { writerOf, originals }: Occasion): readonly Notice[] {
  const { path, before, owns } = step
  if (before === undefined || owns.kind === 'values' || hasBanner(before.bytes)) return []
  const writer = byWriter(writerOf(path, before.bytes.toString('utf8')))
  return [
    notice(
      step,
      'taken_over',
      `was written ${writer}; regmirror takes it over and keeps the original in ${originals}`,
    ),
  ]
}

function drift(step: Step, written: ManagedFile, occasion: Occasion): readonly Notice[] {
  return hasDrifted(step, written) ? [notice(step, 'drifted', driftMessage(step, written, occasion))] : []
}

function notice({ target, path }: Step, code: string, message: string): Notice {
  return { code, message, target, file: path }
}

/** Whether the file is not what regmirror left. Other programs may change the rest of a file with owned values. */
function hasDrifted({ before }: Step, written: ManagedFile): boolean {
  if (before === undefined) return true
  if (sha256Hex(before.bytes) === written.digest) return false
  return written.owns === 'whole' || driftedValues(before, written).length > 0
}

function driftedValues({ bytes }: FoundFile, written: ManagedFile): readonly OwnedValue[] {
  if (written.owns === 'whole') return []
  const text = bytes.toString('utf8')
  return written.values.filter(value => !isWhole(text, value, formats[written.format]))
}

/** Whether the list needs other content than regmirror left. */
function isListed({ after, owns }: Step, written: ManagedFile): boolean {
  if (after === undefined || owns.kind === 'original') return true
  if (owns.kind === 'whole') return sha256Hex(after.bytes) !== written.digest
  return (
    written.owns === 'whole' ||
    !hasAll(owns.values, written.values) ||
    !hasAll(written.values, owns.values) ||
    (owns.removed ?? []).some(path => !written.removed?.some(other => isDeepStrictEqual(other, path)))
  )
}

function hasAll(values: readonly OwnedValue[], others: readonly OwnedValue[]): boolean {
  return others.every(other => values.some(isSameAs(other)))
}

/** The same value under the same key: its table may have moved with the version of the file. */
function isSameAs({ path, value }: OwnedValue): (other: OwnedValue) => boolean {
  return other => other.path.at(-1) === path.at(-1) && isDeepStrictEqual(other.value, value)
}

function driftMessage(step: Step, written: ManagedFile, { writerOf, originals }: Occasion): string {
  const { path, before } = step
  const { written_at } = written
  if (before === undefined)
    return `was removed outside regmirror (regmirror wrote it at ${written_at}); regmirror writes it again`
  const writer = byWriter(writerOf(path, before.bytes.toString('utf8')))
  const values = keysOf(driftedValues(before, written))
  const what = values === '' ? '' : `its ${values} `
  const when = new Date(before.changed).toISOString()
  return `${what}was changed ${writer} at ${when} (regmirror wrote it at ${written_at}); regmirror undoes the change${keptText(before, written, originals)}`
}

/** The original stays what was there before regmirror: this is another file. */
function keptText({ bytes }: FoundFile, { owns, original }: ManagedFile, originals: string): string {
  const isKept = owns === 'whole' && original === null && !hasBanner(bytes)
  return isKept ? ` and keeps the changed file in ${originals}` : ''
}
