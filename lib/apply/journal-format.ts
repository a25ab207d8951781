/** The text of a journal: read strictly, because it may come with an image. Pure. */
import path from 'node:path'
import { isTable } from '../formats/is-table.ts'
import { Failure } from '../model/errors.ts'
import { isDigest, isKeptName, isListOf, isPath } from '../ownership/managed-file.ts'
import { parseTemporaryName, temporaryPart } from '../system/temporary-name.ts'
import { type DaemonActivation, isDaemonActivation } from './daemon-activation.ts'
import { isRevertClear, type RevertClear } from './revert-clear.ts'
import type { Swap } from './swap.ts'

export interface Journal {
  readonly version: typeof JOURNAL_VERSION
  readonly command: 'apply' | 'restore'
  /** ISO 8601. */
  readonly started_at: string
  /** In the order in which they are carried out; an undo goes in reverse. */
  readonly swaps: readonly Swap[]
  /** Directories to make first, parents first. */
  readonly make_directories: readonly string[]
  /** Directories to remove at the end if they are empty, deepest first. */
  readonly prune_directories: readonly string[]
  /** Names under `originals`: those that this run adds, and those that nothing refers to after it. */
  readonly keep_originals: readonly string[]
  readonly drop_originals: readonly string[]
  /** Daemons that read the new files in this run, and without which these are put back. */
  readonly activations?: readonly DaemonActivation[]
  /** What these must read before the old files, where this run is undone. */
  readonly revert_clears?: readonly RevertClear[]
}

export const JOURNAL_VERSION = 2

/** Throws Failure `io` about `file` where the text is not a journal that this version writes. */
export function parseJournal(text: string, file: string): Journal {
  const journal = parseJson(text)
  if (isJournal(journal)) return journal
  throw refusedJournal(file, isTable(journal) ? (versionProblem(journal.version) ?? DAMAGED) : DAMAGED)
}

/** A journal that this run does not carry out. */
export function refusedJournal(file: string, message: string): Failure {
  return new Failure('io', [{ file, message, hint: 'check the files that it names, then move it away' }])
}

const DAMAGED = 'is damaged'

function versionProblem(version: unknown): string | undefined {
  if (!Number.isInteger(version) || version === JOURNAL_VERSION) return undefined
  return `has journal version ${version}, but this regmirror reads version ${JOURNAL_VERSION}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isJournal(value: unknown): value is Journal {
  return (
    isTable(value) &&
    value.version === JOURNAL_VERSION &&
    isListOf(value.swaps, isSwap) &&
    [value.make_directories, value.prune_directories].every(list => isListOf(list, isPath)) &&
    [value.keep_originals, value.drop_originals].every(list => isListOf(list, isKeptName)) &&
    (value.activations === undefined || isListOf(value.activations, isDaemonActivation)) &&
    (value.revert_clears === undefined || isListOf(value.revert_clears, clear => isClear(clear, value.swaps)))
  )
}

/** Its temporary is removed, so it must be that of no swap. */
function isClear(value: unknown, swaps: unknown): boolean {
  if (!isRevertClear(value) || !isTemporaryFor(value.staged, value.path)) return false
  return isListOf(swaps, swap => isTable(swap) && ![swap.staged, swap.backup].includes(value.staged))
}

type Check = (value: unknown, place: string) => boolean

const FIELDS = {
  staged: isTemporaryFor,
  backup: isTemporaryFor,
  before: isDigest,
  after: isDigest,
  files: isDigests,
} satisfies Record<string, Check>

/** The fields of each kind, beside its path. A field that does not belong there is refused. */
const KINDS: Readonly<Record<Swap['kind'], readonly (keyof typeof FIELDS)[]>> = {
  create_file: ['staged', 'after'],
  replace_file: ['staged', 'backup', 'before', 'after'],
  remove_file: ['backup', 'before'],
  create_directory: ['staged', 'files'],
  remove_directory: ['backup', 'files'],
}

function isSwap(value: unknown): boolean {
  if (!isTable(value) || !isKind(value.kind) || !isPath(value.path)) return false
  const { kind, path: place, ...rest } = value
  const fields = KINDS[kind]
  return (
    Object.keys(rest).length === fields.length &&
    fields.every(field => FIELDS[field](rest[field], place)) &&
    rest.staged !== rest.backup
  )
}

function isKind(kind: unknown): kind is Swap['kind'] {
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind)
}

/** Whether regmirror would give this temporary name to a file at that path. */
function isTemporaryFor(name: unknown, place: string): boolean {
  const isBeside = isPath(name) && path.dirname(name) === path.dirname(place)
  return isBeside && parseTemporaryName(path.basename(name)) === temporaryPart(place)
}

/** A directory is recognized by its files: a swap without any would match every directory. */
function isDigests(files: unknown): boolean {
  if (!isTable(files)) return false
  const names = Object.keys(files)
  return names.length > 0 && names.every(isName) && Object.values(files).every(isDigest)
}

function isName(name: string): boolean {
  return name !== '' && path.basename(name) === name && name !== '.' && name !== '..' && !name.includes('\0')
}
