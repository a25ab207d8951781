/** What regmirror remembers on a node: for each file that it wrote, the digest of the new bytes and what was there before. */
import path from 'node:path'
import { isTable } from '../formats/is-table.ts'
import { Failure } from '../model/errors.ts'
import { findMount } from '../system/mountinfo.ts'
import type { Reader } from '../system/reader.ts'
import type { StatePaths } from '../system/state-paths.ts'
import { isManagedFile, isPath, isRestoredFile, type ManagedFile, type RestoredFile } from './managed-file.ts'

/** Files that the one watcher of a node writes, without the write lock. */
export function watchFiles({ health, history }: StatePaths): readonly string[] {
  return [health, history]
}

export interface State {
  readonly version: 1
  /** By absolute path as seen from the root. */
  readonly files: Readonly<Record<string, ManagedFile>>
  /** Files that were put back since this machine was started and that require a restart, by path. */
  readonly restored?: Readonly<Record<string, RestoredFile>>
  /** Directories that regmirror made, parents first: they are removed with its last file if they are empty. */
  readonly made: readonly string[]
  /** Directories that were empty before regmirror wrote into them: they stay when they are empty again. */
  readonly empty: readonly string[]
}

/** The state of a node that regmirror has not changed. */
export const NO_STATE: State = { version: 1, files: {}, made: [], empty: [] }

/** The state of the node; empty on a node without a state file. */
export async function readState(node: Reader): Promise<State> {
  const { state: file, originals } = node.statePaths
  const bytes = await node.read(file)
  if (bytes === undefined) return NO_STATE
  const state = parseState(bytes.toString('utf8'))
  if (state === undefined) {
    const hint = `move it away; the originals stay in ${path.join(node.root, originals)}`
    throw new Failure('io', [{ file, message: 'is damaged or of a newer version', hint }])
  }
  await refuseHostPaths([...Object.keys(state.files), ...state.made], file, node)
  return state
}

/**
 * The state of an image must not decide about the machine that mounts the image: throws Failure `io` where the state folder
 * is in the tree, but one of these paths is in files of this machine that are mounted there. `file` is the file with the
 * paths.
 */
export async function refuseHostPaths(paths: readonly string[], file: string, node: Reader): Promise<void> {
  const points = await node.hostMounts()
  if (findMount(points, node.statePaths.directory) !== undefined) return
  const [found] = paths.flatMap(named => {
    const point = findMount(points, named)
    return point === undefined ? [] : [{ named, mount: path.join(node.root, point) }]
  })
  if (found === undefined) return
  const { named, mount } = found
  const message = `names ${named}, but files of this machine are mounted at ${mount}`
  throw new Failure('io', [{ file, message, hint: `unmount ${mount}, or move this file away` }])
}

/** Whether regmirror manages no files on the node. */
export function isBlank({ files }: State): boolean {
  return Object.keys(files).length === 0
}

/** The same text for the same state; parents are sorted before what is in them. */
export function serializeState(state: State): string {
  const files = Object.fromEntries(Object.entries(state.files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const sorted = { ...state, files, made: state.made.toSorted(), empty: state.empty.toSorted() }
  return `${JSON.stringify(sorted, null, 2)}\n`
}

function parseState(text: string): State | undefined {
  try {
    const read: unknown = JSON.parse(text)
    const state = isTable(read) ? { ...NO_STATE, ...read } : undefined
    return isState(state) && isTable(read) && read.version === 1 ? state : undefined
  } catch {
    return undefined
  }
}

function isState(value: unknown): value is State {
  return (
    isTable(value) &&
    isTable(value.files) &&
    Object.entries(value.files).every(([file, entry]) => isManagedFile(file, entry)) &&
    Object.entries(value.restored ?? {}).every(([file, entry]) => isRestoredFile(file, entry)) &&
    [value.made, value.empty].every(paths => Array.isArray(paths) && paths.every(isPath))
  )
}
