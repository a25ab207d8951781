/** Write access to the files below one root directory. */
import path from 'node:path'
import { failingFor } from './errno.ts'
import type { Ownership } from './file-facts.ts'
import { openFlushes } from './flushes.ts'
import { createDirectory, makeDirectories, removeEmptyDirectory } from './make-directories.ts'
import { seenFrom } from './plain-path.ts'
import { type Reader, readerOf } from './reader.ts'
import { MACHINE_STATE } from './state-paths.ts'
import { withoutTemporary } from './temporary-name.ts'
import { openTree } from './tree.ts'
import {
  type CopyAttributes,
  createFile,
  linkIfFree,
  linkOrCopy,
  moveTree,
  removeFile,
  removeSocket,
  replaceFile,
  restrictToOwner,
  setOwnership,
} from './write-disk.ts'

export interface Writer extends Reader {
  /** Replaces or creates a file in one step: readers see the old or the new bytes, also after a power cut. */
  write(file: string, bytes: Uint8Array | string, ownership: Ownership): Promise<void>
  /** Creates a file that does not exist yet, with the label and the extended attributes of the file `like`. */
  create(file: string, bytes: Uint8Array, ownership: Ownership, like?: string): Promise<void>
  /** Creates a hard link to a file, or a copy where the file system has no hard links. */
  duplicate(from: string, to: string): Promise<void>
  /** Creates a hard link in one step, unless the new name is taken or the file is gone. */
  link(from: string, to: string): Promise<'linked' | 'taken' | 'gone'>
  /** Removes a file; a link itself, not its target. */
  remove(file: string): Promise<void>
  /** Removes the socket of a process, if it is there, without a flush. */
  removeSocket(file: string): Promise<void>
  /** Creates a directory that does not exist yet, in an existing one, with 0755 under any umask. */
  createDirectory(directory: string): Promise<void>
  /** Creates a directory with `mode` and its parents with 0755, with any umask; returns those it created, deepest first. */
  makeDirectory(directory: string, mode: number): Promise<readonly string[]>
  /** Removes the permissions of group and others from a directory; a refusal is ignored. */
  restrictToOwner(directory: string): Promise<void>
  /** Sets mode and owner of a directory. */
  setOwnership(directory: string, ownership: Required<Ownership>): Promise<void>
  /** Removes a directory if it is empty; returns whether it did. */
  removeEmptyDirectory(directory: string): Promise<boolean>
  /** A link at `from` is renamed itself. */
  rename(from: string, to: string): Promise<void>
  /** The same, but does not follow a final link, and ignores errors. */
  prune(directory: string): Promise<boolean>
  /** Runs `use`, then flushes its changes to disk together. Without it, each change is flushed immediately. */
  flushTogether<T>(use: () => Promise<T>): Promise<T>
}

/** A Writer on the files below `root`, an existing directory. Without `copyAttributes`, only mode and owner are kept. */
export function openWriter(
  root: string,
  copyAttributes: CopyAttributes = async () => {},
  statePaths = MACHINE_STATE,
): Writer {
  const tree = openTree(root)
  const { top, find: at, place: atLink } = tree
  const failing = failingFor(statePaths)
  const { flush, together } = openFlushes(real => withoutTemporary(seenFrom(top, real)))
  return {
    ...readerOf(tree, statePaths),
    write: (file, bytes, ownership) =>
      failing('write', file, async () => replaceFile(await at(file), bytes, ownership)),
    create: (file, bytes, ownership, like) =>
      failing('write', withoutTemporary(file), async () => {
        const [from, to] = [like && (await at(like)), await atLink(file)]
        await createFile(to, bytes, ownership, flush, async () => from && copyAttributes(from, to))
      }),
    duplicate: (from, to) =>
      failing('link', from, async () => linkOrCopy(await at(from), await atLink(to), flush)),
    link: (from, to) =>
      failing('lock', path.dirname(to), async () => linkIfFree(await at(from), await at(to))),
    remove: file =>
      failing('remove', withoutTemporary(file), async () => removeFile(await atLink(file), flush)),
    removeSocket: file => failing('remove', file, async () => removeSocket(await atLink(file))),
    createDirectory: directory =>
      failing('create', withoutTemporary(directory), async () => {
        const real = await atLink(directory)
        await createDirectory(real, flush)
        tree.addMade(real)
      }),
    makeDirectory: (directory, mode) =>
      failing('create', withoutTemporary(directory), async () => {
        const made = await makeDirectories(await at(directory), mode, flush)
        for (const real of made.toReversed()) tree.addMade(real)
        return made.map(real => seenFrom(top, real))
      }),
    restrictToOwner: directory =>
      at(directory)
        .then(restrictToOwner)
        .catch(() => {}),
    setOwnership: (directory, ownership) =>
      failing('change the mode of', directory, async () => setOwnership(await at(directory), ownership)),
    removeEmptyDirectory: directory =>
      failing('remove', withoutTemporary(directory), async () => removeEmptyDirectory(await at(directory))),
    prune: directory =>
      atLink(directory)
        .then(removeEmptyDirectory)
        .catch(() => false),
    flushTogether: together,
    rename: (from, to) =>
      failing('rename', withoutTemporary(from), async () => {
        const [realFrom, realTo] = [await atLink(from), await at(to)]
        await moveTree(realFrom, realTo, flush)
        tree.move(realFrom, realTo)
      }),
  }
}
