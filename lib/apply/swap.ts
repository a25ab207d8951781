/**
 * One change of a node: what stands at a path gives way to what was staged beside it, and stays aside until
 * all is done. Every action may be cut off at any moment and done again.
 */
import path from 'node:path'
import { digestOf } from '../ownership/state.ts'
import type { Ownership } from '../system/file-facts.ts'
import type { Reader, Writer } from '../system/files.ts'

export interface Swap {
  /** As seen from the root, links followed. */
  readonly path: string
  /** The temporary name of what is to stand there; null: nothing is. */
  readonly staged: string | null
  /** The temporary name under which what stood there waits; null: nothing did. */
  readonly aside: string | null
  /** sha256 of the file that stands there before, and of the one after; null for none, and for a directory. */
  readonly before: string | null
  readonly after: string | null
  /** Of a directory that is created or removed as a whole: sha256 by name, in the order of removal. Null for a file. */
  readonly files: Readonly<Record<string, string>> | null
}

/** A file to be staged: for a swap of a file its only one, for a directory each by its name in it. */
export interface Content {
  readonly name: string
  readonly bytes: Buffer
  readonly ownership: Ownership
  /** The file whose label and extended attributes it takes over. */
  readonly like: string | undefined
}

/** Writes down beside its place what is to come, and gives what is to be replaced its second name. */
export async function stage(swap: Swap, contents: readonly Content[], node: Writer): Promise<void> {
  const { path: file, staged, aside, files } = swap
  if (staged === null) return
  if (files !== null) await node.makeDirectory(staged, 0o755)
  for (const { name, bytes, ownership, like } of contents)
    await node.create(files === null ? staged : path.join(staged, name), bytes, ownership, like)
  if (aside !== null) await node.duplicate(file, aside)
}

/** Puts the new in its place, unless that is done already. False: something else stands there than was planned. */
export async function commit(swap: Swap, node: Writer): Promise<boolean> {
  if (await isCommitted(swap, node)) return await stands(swap, 'after', node)
  const { path: file, staged, aside, files } = swap
  // A directory whose files are on their way one by one is half there.
  const begun = files !== null && aside !== null && (await exists(aside, node))
  if (!begun && !(await stands(swap, 'before', node))) return false
  if (staged !== null) await node.rename(staged, file)
  else if (aside !== null) await node.rename(file, aside)
  return true
}

/**
 * Puts the old back where the new still stands, and drops what waits. For a swap that had been staged wholly. False:
 * somebody else has changed it since, and that stays.
 */
export async function undo(swap: Swap, node: Writer): Promise<boolean> {
  const committed = await isCommitted(swap, node)
  const ours = !committed || (await stands(swap, 'after', node)) || (await stands(swap, 'before', node))
  if (committed && (await stands(swap, 'after', node))) await putBack(swap, node)
  await bringBack(swap, node)
  await discard(swap, node)
  return ours
}

/** The files of a directory that could not be moved aside in whole. */
async function bringBack({ path: home, aside, files }: Swap, node: Writer): Promise<void> {
  if (aside === null || files === null || !(await exists(aside, node)) || !(await exists(home, node))) return
  for (const { name } of (await node.entries(aside)) ?? [])
    await node.rename(path.join(aside, name), path.join(home, name))
}

async function putBack({ path: file, staged, aside }: Swap, node: Writer): Promise<void> {
  if (aside === null) return await node.rename(file, staged as string)
  // It is gone where an undo that was cut off has put it back already.
  if (await exists(aside, node)) await node.rename(aside, file)
}

/** Removes what waits under temporary names. */
export async function discard({ path: file, staged, aside, files }: Swap, node: Writer): Promise<void> {
  for (const name of [staged, aside]) {
    if (name === null || !(await exists(name, node))) continue
    if (files === null) await node.remove(name)
    else await removeDirectory(name, Object.keys(files), file, node)
  }
}

/** What somebody else has put into it meanwhile is not ours to remove: then the directory returns to its place. */
async function removeDirectory(directory: string, names: readonly string[], home: string, node: Writer) {
  for (const name of names) await node.remove(path.join(directory, name))
  if (!(await node.removeEmptyDirectory(directory))) await node.rename(directory, home)
}

/** Whether the place holds what was there `before` the swap, or what must be there `after` it. */
export async function stands(swap: Swap, side: 'before' | 'after', node: Reader): Promise<boolean> {
  const { path: file, files } = swap
  if ((side === 'before' ? swap.aside : swap.staged) === null) return !(await exists(file, node))
  if (files === null) return (await digestAt(file, node)) === swap[side]
  for (const [name, digest] of Object.entries(files))
    if ((await digestAt(path.join(file, name), node)) !== digest) return false
  return true
}

/** The new has left its temporary name; the old, where nothing follows, has left its place. */
async function isCommitted({ path: file, staged }: Swap, node: Reader): Promise<boolean> {
  return staged === null ? !(await exists(file, node)) : !(await exists(staged, node))
}

async function exists(file: string, node: Reader): Promise<boolean> {
  return (await node.facts(file)) !== undefined
}

async function digestAt(file: string, node: Reader): Promise<string | undefined> {
  const bytes = await node.read(file)
  return bytes && digestOf(bytes)
}
