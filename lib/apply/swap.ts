/**
 * One change of a node. The new content is staged beside its path and then renamed into place; the old content waits
 * under another name until the whole run is done. Every function may be cut off at any moment and run again.
 */
import path from 'node:path'
import { sha256Hex } from '../model/sha256.ts'
import { takeTurn } from '../system/calls.ts'
import type { Ownership } from '../system/file-facts.ts'
import type { Reader } from '../system/reader.ts'
import { temporaryName } from '../system/temporary-name.ts'
import type { Writer } from '../system/writer.ts'

export type Swap = FileSwap | DirectorySwap

/** `before` and `after` are the sha256 of the old and of the new file. */
export type FileSwap =
  | (At & Staged & { readonly kind: 'create_file'; readonly after: string })
  | (At &
      Staged &
      WithBackup & { readonly kind: 'replace_file'; readonly before: string; readonly after: string })
  | (At & WithBackup & { readonly kind: 'remove_file'; readonly before: string })

/** `files` holds the sha256 of every file in the directory by name, in the order of removal. */
export type DirectorySwap =
  | (At & Staged & { readonly kind: 'create_directory'; readonly files: Digests })
  | (At & WithBackup & { readonly kind: 'remove_directory'; readonly files: Digests })

type Digests = Readonly<Record<string, string>>

interface At {
  /** As seen from the root, links followed. */
  readonly path: string
}

interface Staged {
  /** The temporary name of the new content. */
  readonly staged: string
}

interface WithBackup {
  /** The temporary name of the old content. */
  readonly backup: string
}

/** A file to stage: a swap of a file has one, a new directory has one for each name in it. */
export interface Content {
  readonly name: string
  readonly bytes: Buffer
  readonly ownership: Ownership
  /** The file whose label and extended attributes it takes over. */
  readonly like: string | undefined
}

/** The swap of one file from its old bytes to its new ones; undefined where it has neither. */
export function fileSwap(
  file: string,
  old: Uint8Array | undefined,
  next: Uint8Array | undefined,
): FileSwap | undefined {
  const [staged, backup] = [temporaryName(file), temporaryName(file)]
  if (old && next)
    return {
      kind: 'replace_file',
      path: file,
      staged,
      backup,
      before: sha256Hex(old),
      after: sha256Hex(next),
    }
  if (next) return { kind: 'create_file', path: file, staged, after: sha256Hex(next) }
  return old && { kind: 'remove_file', path: file, backup, before: sha256Hex(old) }
}

/** Signals act between two swaps. */
export async function forEachSwap(swaps: readonly Swap[], act: (swap: Swap) => Promise<void>): Promise<void> {
  for (const swap of swaps) {
    await act(swap)
    await takeTurn()
  }
}

/** The temporary names that a swap uses. */
export function temporariesOf(swap: Swap): readonly string[] {
  return [...('staged' in swap ? [swap.staged] : []), ...('backup' in swap ? [swap.backup] : [])]
}

/** Writes the new content beside its path, and gives a file that will be replaced a second name. */
export async function stage(swap: Swap, contents: readonly Content[], node: Writer): Promise<void> {
  if (!('staged' in swap)) return
  const isDirectory = 'files' in swap
  if (isDirectory) await node.createDirectory(swap.staged)
  for (const { name, bytes, ownership, like } of contents)
    await node.create(isDirectory ? path.join(swap.staged, name) : swap.staged, bytes, ownership, like)
  if (swap.kind === 'replace_file') await node.duplicate(swap.path, swap.backup)
}

/** Renames the new content into place. False: the path does not hold what was planned. */
export async function commit(swap: Swap, node: Writer): Promise<boolean> {
  if (!(await holds(swap, 'before', node))) return false
  await exchange(swap, node)
  return true
}

/** Commits a swap of an interrupted run, unless that is done already. */
export async function finish(swap: Swap, node: Writer): Promise<boolean> {
  if (await isCommitted(swap, node)) return await holds(swap, 'after', node)
  // A directory whose files move one by one may be half there.
  const isBegun = swap.kind === 'remove_directory' && (await exists(swap.backup, node))
  if (!isBegun) return await commit(swap, node)
  await exchange(swap, node)
  return true
}

async function exchange(swap: Swap, node: Writer): Promise<void> {
  await ('staged' in swap ? node.rename(swap.staged, swap.path) : node.rename(swap.path, swap.backup))
}

/**
 * Puts the old content back where the new one is in place, and removes the temporaries. For a swap that was staged
 * completely. False: the path was changed outside regmirror since, and stays as it is.
 */
export async function undo(swap: Swap, node: Writer): Promise<boolean> {
  const committed = await isCommitted(swap, node)
  const isKnown = !committed || (await holds(swap, 'after', node)) || (await holds(swap, 'before', node))
  if (committed && (await holds(swap, 'after', node))) await putBack(swap, node)
  if (swap.kind === 'remove_directory') await moveFilesBack(swap, node)
  await discard(swap, node)
  return isKnown
}

/** For a directory that could not be renamed as a whole. */
async function moveFilesBack({ path: home, backup }: At & WithBackup, node: Writer): Promise<void> {
  if (!(await exists(backup, node)) || !(await exists(home, node))) return
  for (const { name } of (await node.entries(backup)) ?? [])
    await node.rename(path.join(backup, name), path.join(home, name))
}

async function putBack(swap: Swap, node: Writer): Promise<void> {
  if (!('backup' in swap)) return await node.rename(swap.path, swap.staged)
  // An undo that was cut off may have put it back already.
  if (await exists(swap.backup, node)) await node.rename(swap.backup, swap.path)
}

/** Removes the temporaries. */
export async function discard(swap: Swap, node: Writer): Promise<void> {
  for (const name of temporariesOf(swap)) await discardName(name, swap, node)
}

/** Removes the old content of a swap that is in place: the new one has left its temporary name. */
export async function discardBackup(swap: Swap, node: Writer): Promise<void> {
  if ('backup' in swap) await discardName(swap.backup, swap, node)
}

async function discardName(name: string, swap: Swap, node: Writer): Promise<void> {
  if (!('files' in swap)) await node.remove(name)
  else if (await exists(name, node)) await removeDirectory(name, swap, node)
}

/** A directory that holds files from outside regmirror returns to its path. */
async function removeDirectory(directory: string, swap: DirectorySwap, node: Writer): Promise<void> {
  for (const name of Object.keys(swap.files)) await node.remove(path.join(directory, name))
  if (!(await node.removeEmptyDirectory(directory))) await node.rename(directory, swap.path)
}

/** Whether the path holds what it held before the swap, or what it must hold after it. */
export async function holds(swap: Swap, side: 'before' | 'after', node: Reader): Promise<boolean> {
  if (!(side === 'before' ? 'backup' in swap : 'staged' in swap)) return !(await exists(swap.path, node))
  if ('files' in swap) return await holdsAll(swap, node)
  const digest = side === 'before' ? 'before' in swap && swap.before : 'after' in swap && swap.after
  return (await digestAt(swap.path, node)) === digest
}

async function holdsAll({ path: directory, files }: DirectorySwap, node: Reader): Promise<boolean> {
  for (const [name, digest] of Object.entries(files))
    if ((await digestAt(path.join(directory, name), node)) !== digest) return false
  return true
}

/** The new content has left its temporary name; where there is none, the old content has left its path. */
async function isCommitted(swap: Swap, node: Reader): Promise<boolean> {
  return 'staged' in swap ? !(await exists(swap.staged, node)) : !(await exists(swap.path, node))
}

async function exists(file: string, node: Reader): Promise<boolean> {
  return (await node.facts(file)) !== undefined
}

async function digestAt(file: string, node: Reader): Promise<string | undefined> {
  const bytes = await node.read(file)
  return bytes && sha256Hex(bytes)
}
