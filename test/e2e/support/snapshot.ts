/** A node as a value, with modes and owners, and comparisons after a crash. */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { sha256Hex } from '../../../lib/model/sha256.ts'
import { MACHINE_STATE } from '../../../lib/system/state-paths.ts'
import { withoutRandomNames } from './strace-log.ts'

const run = promisify(execFile)

/** Everything below the root, by path from there (`/etc`): type, mode, owner and bytes as one text. */
export type Snapshot = Readonly<Record<string, string>>

export async function takeSnapshot(root: string): Promise<Snapshot> {
  const found: Record<string, string> = {}
  const walk = async (at: string) => {
    for (const name of (await fs.readdir(path.join(root, at))).sort()) {
      const file = `${at}/${name}`
      found[file] = await describe(path.join(root, file))
      if (found[file].startsWith('directory')) await walk(file)
    }
  }
  await walk('')
  return found
}

async function describe(real: string): Promise<string> {
  const stat = await fs.lstat(real)
  const own = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`
  if (stat.isSymbolicLink()) return `link ${await fs.readlink(real)}`
  if (stat.isDirectory()) return `directory ${own}`
  return stat.isFile() ? `file ${own}\n${await fs.readFile(real, 'latin1')}` : `special ${own}`
}

/** The node without the state and temporaries of regmirror. */
export function inUse(node: Snapshot): Snapshot {
  return pick(node, file => !isState(file) && !isTemporary(file))
}

function isState(file: string): boolean {
  return `${file}/`.startsWith(`${MACHINE_STATE.directory}/`)
}

export function isTemporary(file: string): boolean {
  return /\/\.[^/]+\.regmirror-[^/]*(\/|$)/.test(file)
}

/**
 * Without what depends on earlier runs: the order of the entries of the state, and the effect of a file, which is immediate
 * when config_path was managed before.
 */
export function withoutHistory(node: Snapshot): Snapshot {
  const file = `${MACHINE_STATE.directory}/state.json`
  const [own, text] = node[file]?.split(/\n(.*)/s) ?? []
  if (text === undefined) return node
  const { files, ...state } = JSON.parse(text)
  const entries = Object.entries(files as Record<string, object>)
    .map(([name, written]) => [name, { ...written, effect: undefined }] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return { ...node, [file]: `${own}\n${JSON.stringify({ ...state, files: Object.fromEntries(entries) })}` }
}

/** The differences of two nodes: a line for each path, with the first line of both. */
export function differences(now: Snapshot, then: Snapshot): readonly string[] {
  const paths = [...new Set([...Object.keys(now), ...Object.keys(then)])].sort()
  const line = (text = 'nothing') => text.split('\n', 1)[0]
  return paths
    .filter(file => now[file] !== then[file])
    .map(file => `${file}: ${line(now[file])}, not ${line(then[file])}`)
}

/** The paths that are as in none of the states. */
export function findTorn(node: Snapshot, states: readonly Snapshot[]): readonly string[] {
  const paths = new Set([node, ...states].flatMap(each => Object.keys(inUse(each))))
  return [...paths].filter(file => !states.some(state => state[file] === node[file])).sort()
}

/** An id that ignores random names. */
export function idOf(node: Snapshot): string {
  return sha256Hex(Buffer.from(withoutRandomNames(JSON.stringify(node))))
}

function pick(node: Snapshot, isPicked: (file: string) => boolean): Snapshot {
  return Object.fromEntries(Object.entries(node).filter(([file]) => isPicked(file)))
}

/** Copies a tree with modes and owners; `to` must not exist. */
export async function copyTree(from: string, to: string): Promise<void> {
  await run('cp', ['--archive', from, to])
}
