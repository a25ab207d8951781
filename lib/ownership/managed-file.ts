/** What regmirror remembers of a file that it wrote, as the state file has it. Read strictly: a state may come with an image. Pure. */
import path from 'node:path'
import type { Json, ValuePath } from '../formats/format.ts'
import { type FormatName, formats } from '../formats/index.ts'
import { isTable } from '../formats/is-table.ts'
import type { Effect } from '../model/report.ts'
import type { Moment } from '../system/boot-clock.ts'
import { isPlainPath } from '../system/plain-path.ts'

/** A value that regmirror owns in a file of another program. */
export interface OwnedValue {
  /** Keys from the top of the document to the value. */
  readonly path: ValuePath
  readonly value: Json
  /** `elements`: `value` is an array, and only these elements of the array at the path are managed by regmirror. */
  readonly part?: 'elements'
  /**
   * For a daemon that keeps the old value when a reload finds its key gone (dockerd: daemon/reload.go:223@v28.5.2): the value
   * that stands for none, such as `[]`. Where the key is to go and the run may reload the daemon, the file gets this value,
   * the daemon reads it, and only then the key goes. Without a reload the key goes, and the daemon must be restarted.
   */
  readonly cleared?: Json
}

/** Whether the file is managed by regmirror as a whole, or only some values in it. */
export type Owned =
  | { readonly owns: 'whole'; readonly format?: FormatName }
  | ({ readonly owns: 'values' } & OwnedValues)

export interface OwnedValues {
  readonly format: FormatName
  readonly values: readonly OwnedValue[]
  /** Tables that regmirror took out. Their text is in the original: it may hold secrets. */
  readonly removed?: readonly ValuePath[]
  /** The text that regmirror started from where the file did not exist. */
  readonly created_from?: string
  /**
   * sha256 of the text that `doctor --fix` corrected, without these values: as long as the file has it, the original is what
   * was there before. `apply` leaves such a file alone.
   */
  readonly repaired?: string
}

/** What was at a path before regmirror wrote to it: nothing, or bytes that are kept under `originals/<kept>`. */
export type Original = null | {
  readonly kept: string
  /** sha256 of those bytes, hex. Without it any bytes are accepted. */
  readonly digest?: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

export type ManagedFile = Owned & {
  readonly target: string
  /** sha256 of the bytes that regmirror wrote, hex. */
  readonly digest: string
  /** ISO 8601, for people. */
  readonly written_at: string
  /**
   * When a file that needs a reload or a restart was written, by a clock that cannot be set. Absent in a tree under --root,
   * and where the machine hides that clock.
   */
  readonly written_after?: Moment
  /** When the daemon was started that has read this file in a reload and proved it; absent for the content written since. */
  readonly loaded_by?: Moment
  /** A key went from it without a reload that cleared its value first: the daemon keeps that until a restart. */
  readonly keeps_value?: true
  readonly effect: Effect
  /** The registry that the file configures. */
  readonly registry?: string
  /** The directory that is created and removed as a whole with the files in it. */
  readonly bundle?: string
  /** Files and directories that this file refers to: they are removed after it. */
  readonly after?: readonly string[]
  readonly original: Original
}

/** A file that was put back, and that a daemon reads when it starts; with the effect `reload` also at a reload. */
export type RestoredFile = Pick<ManagedFile, 'target' | 'written_at' | 'written_after' | 'loaded_by'> & {
  readonly effect?: Effect
}

/** The values that regmirror owns in a file; none where it manages the whole file, or does not manage it. */
export function ownedValuesOf(file: ManagedFile | undefined): readonly OwnedValue[] {
  return file?.owns === 'values' ? file.values : []
}

const EFFECTS: readonly unknown[] = ['immediate', 'reload', 'restart', 'when_used'] satisfies Effect[]

/** Whether `file` is a path, and `value` an entry, that regmirror could have written. */
export function isRestoredFile(file: string, value: unknown): boolean {
  if (!isPath(file) || !isTable(value)) return false
  const { target, written_at, written_after, loaded_by, effect } = value
  return (
    [target, written_at].every(isText) &&
    [written_after, loaded_by].every(moment => isOptional(moment, isMoment)) &&
    isOptional(effect, one => EFFECTS.includes(one))
  )
}

export function isManagedFile(file: string, value: unknown): boolean {
  if (!isPath(file) || !isTable(value)) return false
  const { target, digest, written_at, effect, registry, bundle, after, original } = value
  const { written_after, loaded_by, keeps_value } = value
  return (
    [target, digest, written_at].every(isText) &&
    EFFECTS.includes(effect) &&
    isOwned(value) &&
    [written_after, loaded_by].every(moment => isOptional(moment, isMoment)) &&
    isOptional(keeps_value, flag => flag === true) &&
    isOptional(registry, isText) &&
    // The directory is removed with what is in it.
    isOptional(bundle, directory => directory === path.dirname(file)) &&
    isOptional(after, paths => isListOf(paths, isPath)) &&
    (original === null || isOriginal(original))
  )
}

function isOwned({
  owns,
  format,
  values,
  removed,
  created_from,
  repaired,
}: Record<string, unknown>): boolean {
  if (owns === 'whole') return isOptional(format, isFormatName) && values === undefined
  return (
    owns === 'values' &&
    isFormatName(format) &&
    isListOf(values, isOwnedValue) &&
    isOptional(removed, paths => isListOf(paths, isValuePath)) &&
    isOptional(created_from, isText) &&
    isOptional(repaired, isDigest)
  )
}

function isOwnedValue(value: unknown): boolean {
  if (!isTable(value) || !isValuePath(value.path)) return false
  return value.part === undefined
    ? value.value !== undefined
    : value.part === 'elements' && Array.isArray(value.value)
}

function isValuePath(path: unknown): boolean {
  return isListOf(path, isText) && path.length > 0
}

function isFormatName(name: unknown): boolean {
  return typeof name === 'string' && Object.hasOwn(formats, name)
}

function isMoment(value: unknown): boolean {
  return isTable(value) && isText(value.boot_id) && Number.isInteger(value.ticks)
}

/** The name becomes a path. */
function isOriginal(value: unknown): boolean {
  if (!isTable(value)) return false
  const { kept, digest, mode, uid, gid } = value
  const numbers = isBelow(mode, 0o10000) && [uid, gid].every(id => isBelow(id, 0xffffffff))
  return isKeptName(kept) && numbers && isOptional(digest, isDigest)
}

function isBelow(number: unknown, limit: number): boolean {
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < limit
}

/** Whether a value is a sha256 in hex. */
export function isDigest(digest: unknown): boolean {
  return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest)
}

/** Whether a name under `originals` is one that regmirror gives. */
export function isKeptName(name: unknown): boolean {
  return typeof name === 'string' && /^[0-9a-f]{32}$/.test(name)
}

/** Whether a value is a path as regmirror writes it down: absolute, without `..`, not the root. */
export function isPath(file: unknown): file is string {
  return typeof file === 'string' && isPlainPath(file) && !file.includes('\0')
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isOptional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value)
}

export function isListOf(list: unknown, check: (item: unknown) => boolean): list is readonly unknown[] {
  return Array.isArray(list) && list.every(check)
}
