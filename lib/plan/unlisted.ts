/** Managed files that the list no longer needs: what was there before is restored. Reads, never writes. */
import type { Effect, Notice } from '../model/report.ts'
import { sha256Hex } from '../model/sha256.ts'
import { hasBanner } from '../ownership/banner.ts'
import type { ManagedFile } from '../ownership/managed-file.ts'
import { readOriginal } from '../ownership/originals.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import type { FoundFile } from '../system/file-facts.ts'
import type { Reader } from '../system/reader.ts'
import type { DesiredFile } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { changedNotices } from './changed-values.ts'
import { editedFile, originalFile } from './original-file.ts'
import { obstacleText, ownedKeys, withdrawValues } from './withdraw.ts'

/** Which managed files of a target stay. */
export interface RetainedPaths {
  /** Paths that the list needs, or that are another program's now. */
  readonly needed: ReadonlySet<string>
  /** Paths that the daemon reads until a restart that is pending. */
  readonly held: ReadonlySet<string>
  /** When the removal of a whole file takes effect. */
  readonly effect: Effect
}

export interface Unlisted {
  readonly files: readonly DesiredFile[]
  readonly notices: readonly Notice[]
  /** Paths that regmirror no longer manages, though it changes nothing there. */
  readonly forgets: readonly string[]
}

type Part = Partial<Unlisted>
type Managed<O extends ManagedFile['owns'] = ManagedFile['owns']> = ManagedFile & { readonly owns: O }

export async function unlistedFiles(target: string, retained: RetainedPaths, view: View): Promise<Unlisted> {
  const unlisted = Object.entries(view.state.files).filter(
    ([path, written]) => written.target === target && !retained.needed.has(path) && !isOnlyRepaired(written),
  )
  const parts = await mapConcurrently(unlisted, ([path, written]) =>
    unlistedFile(path, written, retained, view.node),
  )
  return {
    files: parts.flatMap(({ files = [] }) => files),
    notices: parts.flatMap(({ notices = [] }) => notices),
    forgets: parts.flatMap(({ forgets = [] }) => forgets),
  }
}

/** A file that `doctor` corrected is of another program: only `restore` puts its original back. */
function isOnlyRepaired(written: ManagedFile): boolean {
  return written.owns === 'values' && written.repaired !== undefined && written.values.length === 0
}

async function unlistedFile(
  path: string,
  written: ManagedFile,
  { held, effect }: RetainedPaths,
  node: Reader,
): Promise<Part> {
  const found = await node.find(path)
  if (found === undefined) return forgotten(path, written)
  if (held.has(path)) return { notices: [notice(path, written, 'kept_until_restart', heldText(written))] }
  return written.owns === 'whole'
    ? await wholeFile(path, written, found, effect, node)
    : await valuesFile(path, written, found, node)
}

const REWRITTEN =
  'the list no longer needs this file, but it was changed outside regmirror, so regmirror keeps it; remove it by hand'
const UNLISTED = 'no longer in the list'

async function wholeFile(
  path: string,
  written: Managed<'whole'>,
  { bytes }: FoundFile,
  effect: Effect,
  node: Reader,
): Promise<Part> {
  if (sha256Hex(bytes) !== written.digest && !hasBanner(bytes))
    return { notices: [notice(path, written, 'not_removed', REWRITTEN)], ...forgotten(path, written) }
  const why = written.original === null ? UNLISTED : `${UNLISTED}: restores the original file`
  return { files: [await originalFile(path, written, { effect, why }, node)] }
}

async function valuesFile(
  path: string,
  written: Managed<'values'>,
  found: FoundFile,
  node: Reader,
): Promise<Part> {
  const original = (await readOriginal(node, path, written.original))?.bytes.toString('utf8')
  const how = { always: false, originals: node.statePaths.originals }
  const withdrawal = withdrawValues(found.bytes.toString('utf8'), original, written, how)
  const why = `${ownedKeys(written)} ${UNLISTED}`
  const reason = { effect: written.effect, why }
  switch (withdrawal.result) {
    case 'original':
      return { files: [await originalFile(path, written, reason, node)] }
    case 'text': {
      const notices = changedNotices(path, written, 'not_removed', withdrawal.changed)
      return { files: [editedFile(path, written, withdrawal.text, reason, found)], notices }
    }
    case 'unchanged': {
      const notices = changedNotices(path, written, 'not_removed', written.values)
      return { notices, forgets: [path] }
    }
    case 'impossible': {
      return { notices: [notice(path, written, 'not_removed', obstacleText(withdrawal))] }
    }
  }
}

function heldText({ target }: ManagedFile): string {
  return `${target} reads this file until it is restarted; restart ${target}, then run regmirror apply`
}

function notice(file: string, { target }: ManagedFile, code: string, message: string): Notice {
  return { code, message, target, file }
}

/** An original is still needed when the node is restored. */
function forgotten(path: string, { original }: ManagedFile): Part {
  return original === null ? { forgets: [path] } : {}
}
