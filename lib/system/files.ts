/**
 * Access to the files below one root directory. A Reader treats the root as `/`: absolute links are followed inside it,
 * links that leave it are refused. A Writer can change files too.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { lstatFacts, openShortPath, readBounded, readEntries, readLink } from './disk.ts'
import {
  type CopyAttributes,
  createFile,
  linkIfFree,
  linkOrCopy,
  makeDirectories,
  moveTree,
  removeEmptyDirectory,
  removeFile,
  replaceFile,
  restrictToOwner,
  setOwnership,
} from './durable.ts'
import { failOnErrno } from './errno.ts'
import type { Entry, FileFacts, Ownership } from './file-facts.ts'
import type { Untrusted } from './file-trust.ts'
import { readHostMounts, refuseHostMounts } from './host-mounts.ts'
import { followLinks } from './links.ts'
import { withoutTemporary } from './temporary-name.ts'
import { type OpenedFile, openTrusted } from './trusted-file.ts'

export interface Reader {
  /** The root as given, `/` for the running node. */
  readonly root: string
  /** The bytes of a regular file; undefined when there is none. Fails on directories, devices and over `limit` bytes. */
  read(file: string, limit?: number): Promise<Buffer | undefined>
  /**
   * Opens a path once, and uses it while it is open. With `asRoot`, a file that another user could have put there or
   * changed is not opened: `use` gets the reason.
   */
  open<T>(file: string, asRoot: boolean, use: UseOpenedFile<T>): Promise<T>
  /** Facts of the path; undefined when it does not exist. */
  facts(file: string): Promise<FileFacts | undefined>
  /** The entries of a directory, sorted by name; undefined when there is no such directory. */
  entries(directory: string): Promise<readonly Entry[] | undefined>
  /** The path with every link followed, as seen from the root. */
  real(file: string): Promise<string>
  /** Mount points inside the root of files that are also mounted outside it; none for the running node. */
  hostMounts(): Promise<readonly string[]>
  /** A path of this machine to a directory, short enough for sockets in it, until it is closed. */
  openDirectory(directory: string): Promise<{ path: string; close: () => Promise<void> }>
}

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
  /** Creates a directory with `mode` and its parents with 0755, whatever the umask; returns those it created, deepest first. */
  makeDirectory(directory: string, mode: number): Promise<readonly string[]>
  /** Removes the permissions of group and others from a directory; a refusal is ignored. */
  restrictToOwner(directory: string): Promise<void>
  /** Sets mode and owner of a directory. */
  setOwnership(directory: string, ownership: Required<Ownership>): Promise<void>
  /** Removes a directory if it is empty; returns whether it did. */
  removeEmptyDirectory(directory: string): Promise<boolean>
  rename(from: string, to: string): Promise<void>
  /** The same, but does not follow a final link, and ignores errors. */
  prune(directory: string): Promise<boolean>
}

export type UseOpenedFile<T> = (found: OpenedFile | Untrusted | undefined) => Promise<T>

const DEFAULT_LIMIT = 16 * 1024 * 1024

/** A Writer on the files below `root`, an existing directory. Without `copyAttributes`, only mode and owner are kept. */
export function openTree(root: string, copyAttributes: CopyAttributes = async () => {}): Writer {
  const top = path.resolve(root)
  const hostMounts = () => readHostMounts(top)
  const at = async (file: string) => {
    const real = await followLinks(top, file, readLink)
    if (top !== '/') await refuseHostMounts(file, inside(top, real), hostMounts)
    return real
  }
  // A final link is not followed.
  const atLink = async (file: string) => path.join(await at(path.dirname(file)), path.basename(file))
  return {
    root: top,
    read: async (file, limit = DEFAULT_LIMIT) =>
      failOnErrno('read', file, async () => {
        const bytes = await readBounded(await at(file), file, limit)
        if (bytes === undefined) await refuseDangling(top, file)
        return bytes
      }),
    open: (file, asRoot, use) =>
      failOnErrno('read', file, async () => {
        const found: typeof use = async opened => {
          if (opened === undefined) await refuseDangling(top, file)
          if (opened && 'real' in opened && top !== '/') await refuseHostMounts(file, opened.real, hostMounts)
          return await use(opened)
        }
        return asRoot ? await openTrusted(top, file, found) : await found(await openByName(top, file))
      }),
    facts: file => failOnErrno('inspect', file, async () => lstatFacts(await at(file))),
    entries: directory =>
      failOnErrno('list', directory, async () => {
        const entries = await readEntries(await at(directory))
        if (entries === undefined) await refuseDangling(top, directory)
        return entries
      }),
    real: async file => failOnErrno('resolve', file, async () => inside(top, await at(file))),
    write: (file, bytes, ownership) =>
      failOnErrno('write', file, async () => replaceFile(await at(file), bytes, ownership)),
    create: (file, bytes, ownership, like) =>
      failOnErrno('write', withoutTemporary(file), async () => {
        const [from, to] = [like && (await at(like)), await at(file)]
        await createFile(to, bytes, ownership, async () => from && copyAttributes(from, to))
      }),
    duplicate: (from, to) => failOnErrno('link', from, async () => linkOrCopy(await at(from), await at(to))),
    link: (from, to) =>
      failOnErrno('lock', path.dirname(to), async () => linkIfFree(await at(from), await at(to))),
    hostMounts,
    openDirectory: directory =>
      failOnErrno('open', directory, async () => openShortPath(await at(directory))),
    remove: file => failOnErrno('remove', withoutTemporary(file), async () => removeFile(await atLink(file))),
    makeDirectory: (directory, mode) =>
      failOnErrno('create', withoutTemporary(directory), async () => {
        const made = await makeDirectories(await at(directory), mode)
        return made.map(real => inside(top, real))
      }),
    restrictToOwner: directory =>
      at(directory)
        .then(restrictToOwner)
        .catch(() => {}),
    setOwnership: (directory, ownership) =>
      failOnErrno('change the mode of', directory, async () => setOwnership(await at(directory), ownership)),
    removeEmptyDirectory: directory =>
      failOnErrno('remove', withoutTemporary(directory), async () =>
        removeEmptyDirectory(await at(directory)),
      ),
    prune: directory =>
      atLink(directory)
        .then(removeEmptyDirectory)
        .catch(() => false),
    rename: (from, to) =>
      failOnErrno('rename', withoutTemporary(from), async () => moveTree(await at(from), await at(to))),
  }
}

/** Opens a file without checking who could have changed it. Works without /proc. */
async function openByName(top: string, file: string): Promise<OpenedFile | undefined> {
  const real = await followLinks(top, file, readLink)
  const facts = await lstatFacts(real)
  const read = async (limit: number) => {
    const bytes = await readBounded(real, file, limit)
    if (bytes === undefined)
      throw new Failure('io', [{ file, message: 'was removed while it was read', hint: 'run it again' }])
    return bytes
  }
  return facts && { real: inside(top, real), facts, systemPath: real, read }
}

/** A dangling link, at the path or above it, is an error and not an absent file: writing there would be a surprise. */
async function refuseDangling(top: string, file: string): Promise<void> {
  const above = path.dirname(file)
  const directory = await followLinks(top, above, readLink)
  const link = await readLink(path.join(directory, path.basename(file)))
  if (link === undefined) {
    if (above !== file && (await lstatFacts(directory)) === undefined) await refuseDangling(top, above)
    return
  }
  throw new Failure('io', [
    { file, message: `is a link to ${link}, which does not exist`, hint: 'repair or remove the link' },
  ])
}

function inside(top: string, file: string): string {
  return path.join('/', path.relative(top, file))
}
