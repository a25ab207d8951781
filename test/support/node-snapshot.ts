/** Writes nodes to a real disk, and reads everything of them that must not change. */
import { accessSync, constants } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Entry, Node } from './arbitrary/nodes.ts'

/** One path: `text` holds the bytes of a file, or the target of a link. */
export interface SnapshotEntry {
  readonly type: 'file' | 'directory' | 'link'
  readonly mode: number
  readonly owner: string
  readonly text: string
}

/** By path from the root, without the root itself. */
export type Snapshot = Readonly<Record<string, SnapshotEntry>>

/** Writes a node below a directory. Only root can change the owner of a file; other users own all of them. */
export async function writeNode(root: string, node: Node): Promise<void> {
  for (const [name, entry] of Object.entries(node)) {
    const at = path.join(root, resolvePath(node, name))
    await fs.mkdir(path.dirname(at), { recursive: true, mode: 0o755 })
    await writeEntry(at, entry)
  }
}

async function writeEntry(at: string, entry: Entry): Promise<void> {
  if (entry.kind === 'link') return await fs.symlink(entry.to, at)
  if (entry.kind === 'directory') await fs.mkdir(at, { recursive: true })
  else await fs.writeFile(at, entry.bytes)
  await fs.chmod(at, entry.mode)
  if (entry.kind === 'file' && process.getuid?.() === 0) await fs.chown(at, entry.owner, entry.owner)
}

/** The path with the links of the node followed inside the node, never on this machine. */
function resolvePath(node: Node, name: string): string {
  const parts = name.split('/')
  for (let i = 2; i < parts.length; i++) {
    const above = parts.slice(0, i).join('/')
    const entry = node[above]
    if (entry?.kind !== 'link') continue
    const to = path.posix.resolve(path.posix.dirname(above), entry.to)
    return resolvePath(node, [to, ...parts.slice(i)].join('/'))
  }
  return name
}

export async function takeSnapshot(root: string): Promise<Snapshot> {
  const found: Record<string, SnapshotEntry> = {}
  await walk(root, async (name, stats, text) => {
    const type = stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'file'
    found[name] = {
      type,
      mode: Number(stats.mode) & 0o7777,
      owner: `${stats.uid}:${stats.gid}`,
      text: await text(),
    }
  })
  return found
}

/** The inode and times of each file and directory: they show every write, even of the same bytes. */
export async function readTouches(root: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  await walk(root, async (name, { ino, ctimeNs, mtimeNs }) => {
    found[name] = `${ino} ${mtimeNs} ${ctimeNs}`
  })
  return found
}

type Visit = (
  name: string,
  stats: Awaited<ReturnType<typeof statOf>>,
  text: () => Promise<string>,
) => Promise<void>

const statOf = (file: string) => fs.lstat(file, { bigint: true })

async function walk(root: string, visit: Visit, below = ''): Promise<void> {
  const entries = await fs.readdir(path.join(root, below), { withFileTypes: true })
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const at = path.join(root, below, name)
    const stats = await statOf(at)
    await visit(`${below}/${name}`, stats, async () => {
      if (stats.isSymbolicLink()) return await fs.readlink(at)
      return stats.isFile() ? await fs.readFile(at, 'latin1') : ''
    })
    if (stats.isDirectory()) await walk(root, visit, `${below}/${name}`)
  }
}

/** Runs `use` with a new empty directory, in memory where possible, and removes it afterwards. */
export async function withMemoryDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await fs.mkdtemp(path.join(memoryDirectory(), 'regmirror-test-'))
  try {
    return await use(directory)
  } finally {
    await fs.rm(directory, { recursive: true, force: true })
  }
}

function memoryDirectory(): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return os.tmpdir()
  }
}
