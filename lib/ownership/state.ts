/**
 * What regmirror remembers on a node, under /var/lib/regmirror: for each file it writes the digest of what it
 * wrote, and what was there before. Parsing and serializing are pure; `originals/` holds the bytes.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { Effect } from '../model/report.ts'
import type { Moment } from '../system/boot-clock.ts'
import type { Ownership } from '../system/file-facts.ts'
import type { Reader } from '../system/files.ts'
import { findMount } from '../system/mountinfo.ts'

export const STATE_DIRECTORY = '/var/lib/regmirror'
export const STATE_FILE = `${STATE_DIRECTORY}/state.json`
/** What watch knows of the mirrors. */
export const HEALTH_FILE = `${STATE_DIRECTORY}/health.json`
/** What its pages show of the last hour. */
export const HISTORY_FILE = `${STATE_DIRECTORY}/history.json`
/** What the one watcher of a node writes, without the lock of those who write. */
export const WATCH_FILES = [HEALTH_FILE, HISTORY_FILE] as const
export const ORIGINALS_DIRECTORY = `${STATE_DIRECTORY}/originals`

/** What stood at a path before our first write: nothing, or bytes kept under `originals/<kept>`. */
export type Original = null | {
  readonly kept: string
  /** sha256 of those bytes, hex. States of earlier versions have none. */
  readonly digest?: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** What we know of one file that we wrote. */
export interface ManagedFile {
  readonly target: string
  /** sha256 of the bytes we wrote, hex. */
  readonly digest: string
  /** ISO 8601, for people. */
  readonly written_at: string
  /**
   * When a file that needs a restart got its place, by a clock that nobody sets. Absent in a tree under --root, where the
   * machine does not tell, and in states of earlier versions.
   */
  readonly written_after?: Moment
  readonly effect: Effect
  /** `whole`: the file is ours; `value`: it belongs to somebody else and we own a value in it. */
  readonly owns: 'whole' | 'value'
  /** Where our value stands, when that is what we own. */
  readonly setting?: OwnedSetting
  readonly original: Original
}

/** One value in a file of somebody else: its path in the document, ending in the key. */
export interface OwnedSetting {
  readonly path: readonly string[]
  readonly value: string
}

export interface State {
  readonly version: 1
  /** By absolute path as seen from the root. */
  readonly files: Readonly<Record<string, ManagedFile>>
  /** Directories that we made, parents first: they go with the last of us if nothing is left in them. */
  readonly made: readonly string[]
  /** Directories that stood there empty when we came: they stay when ours leave them empty. */
  readonly empty: readonly string[]
}

const NO_STATE: State = { version: 1, files: {}, made: [], empty: [] }

/** The state of the node; empty where we have never written. */
export async function readState(node: Reader): Promise<State> {
  const bytes = await node.read(STATE_FILE)
  if (bytes === undefined) return NO_STATE
  const state = parse(bytes.toString('utf8'))
  if (state === undefined) {
    const hint = `move it away: originals stay in ${ORIGINALS_DIRECTORY}`
    throw new Failure('io', [{ file: STATE_FILE, message: 'is damaged or of a newer version', hint }])
  }
  await refuseHostPaths([...Object.keys(state.files), ...state.made], STATE_FILE, node)
  return state
}

/**
 * What an image remembers does not decide about the machine around it: throws Failure `io` where the state folder lies in
 * the tree and one of these paths in files of this machine that are mounted there. `file` is where the paths were read.
 */
export async function refuseHostPaths(paths: readonly string[], file: string, node: Reader): Promise<void> {
  const points = await node.hostMounts()
  if (findMount(points, STATE_DIRECTORY) !== undefined) return
  const named = paths.find(one => findMount(points, one) !== undefined)
  if (named === undefined) return
  const mount = findMount(points, named)
  const message = `names ${named}, but files of this machine are mounted at ${mount}`
  throw new Failure('io', [{ file, message, hint: `unmount ${mount}, or move this file away` }])
}

/** Whether nothing of us is left on the node. */
export function isBlank({ files }: State): boolean {
  return Object.keys(files).length === 0
}

/** The same text however the state came about; parents sort before what is in them. */
export function serializeState(state: State): string {
  const files = Object.fromEntries(Object.entries(state.files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const sorted = { ...state, files, made: state.made.toSorted(), empty: state.empty.toSorted() }
  return `${JSON.stringify(sorted, null, 2)}\n`
}

/** sha256 in hex. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The name under which the original of a path is kept: stable, and no path can collide with another. */
export function keptName(path: string): string {
  return digestOf(Buffer.from(path)).slice(0, 32)
}

/** The bytes and ownership of what stood at a path; undefined when there was nothing. */
export async function readOriginal(
  node: Reader,
  path: string,
  original: Original,
): Promise<{ bytes: Buffer; ownership: Ownership } | undefined> {
  if (original === null) return undefined
  const file = `${ORIGINALS_DIRECTORY}/${original.kept}`
  const bytes = await node.read(file)
  if (bytes === undefined) throw lost(path, `its original is gone from ${file}`, original)
  if (original.digest !== undefined && digestOf(bytes) !== original.digest)
    throw lost(path, `its original in ${file} was changed after regmirror kept it`, original)
  // No file that we take over runs as its owner; one that a forged state would put back could.
  return { bytes, ownership: { mode: original.mode & 0o777, uid: original.uid, gid: original.gid } }
}

function lost(file: string, message: string, { digest }: NonNullable<Original>): Failure {
  const hint =
    digest === undefined
      ? 'put a file there that shall come back in its place'
      : `put it back from a backup (sha256 ${digest}); to use another file, also remove the line with this digest from ${STATE_FILE}`
  return new Failure('io', [{ file, message, hint }])
}

function parse(text: string): State | undefined {
  try {
    const read = JSON.parse(text) as State | null
    const state = { ...NO_STATE, ...read, version: read?.version }
    const paths = [...Object.keys(state.files), ...state.made, ...state.empty]
    const sound = Object.values(state.files).every(isWritten) && paths.every(isPath)
    return state.version === 1 && sound ? { ...state, version: 1 } : undefined
  } catch {
    return undefined
  }
}

function isPath(file: unknown): boolean {
  return typeof file === 'string' && path.resolve(file) === file && !file.includes('\0')
}

function isWritten(written: ManagedFile): boolean {
  const { target, digest, written_at, written_after, effect, owns, setting, original } = written
  return (
    [target, digest, written_at, effect].every(text => typeof text === 'string') &&
    (written_after === undefined || isMoment(written_after)) &&
    ['whole', 'value'].includes(owns) &&
    (setting === undefined || [...setting.path, setting.value].every(text => typeof text === 'string')) &&
    (original === null || isKept(original))
  )
}

function isMoment({ boot_id, ticks }: Moment): boolean {
  return typeof boot_id === 'string' && Number.isInteger(ticks)
}

/** The name must be one of ours: it becomes a path. */
function isKept({ kept, digest, mode, uid, gid }: NonNullable<Original>): boolean {
  const numbers = isBelow(mode, 0o10000) && [uid, gid].every(id => isBelow(id, 0xffffffff))
  return isKeptName(kept) && numbers && (digest === undefined || isDigest(digest))
}

function isBelow(number: unknown, limit: number): boolean {
  return Number.isInteger(number) && (number as number) >= 0 && (number as number) < limit
}

function isDigest(digest: unknown): boolean {
  return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest)
}

export function isKeptName(name: unknown): boolean {
  return typeof name === 'string' && /^[0-9a-f]{32}$/.test(name)
}
