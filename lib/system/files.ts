/**
 * The file system as the rest of the house sees it. A Reader sees the tree under one root as if the root were
 * `/`: absolute links are followed inside it, links that leave it are refused. A Writer can change it too;
 * whoever is handed a Reader cannot.
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
  /** Bytes of a regular file; undefined when there is none. Fails on directories, devices and over `limit` bytes. */
  read(file: string, limit?: number): Promise<Buffer | undefined>
  /**
   * Opens what stands at the path, once, and uses it while it is open. `asRoot`: only what root alone can have put there
   * may be read, else `use` is told why not. Others read what they can.
   */
  open<T>(file: string, asRoot: boolean, use: UseOpenedFile<T>): Promise<T>
  /** Facts of what stands at the path; undefined when nothing does. */
  facts(file: string): Promise<FileFacts | undefined>
  /** Names and types in a directory, sorted by name; undefined when there is none. */
  entries(directory: string): Promise<readonly Entry[] | undefined>
  /** The path with every link followed, still as seen from the root. */
  real(file: string): Promise<string>
  /** Mount points inside the root of files that this machine also has outside it; none for the running node. */
  hostMounts(): Promise<readonly string[]>
  /** A directory by a name that the system knows, short enough for sockets in it, until it is closed. */
  openDirectory(directory: string): Promise<{ path: string; close: () => Promise<void> }>
}

export interface Writer extends Reader {
  /** Replaces or creates a file in one step: readers see the old bytes or the new, also after a power cut. */
  write(file: string, bytes: Uint8Array | string, ownership: Ownership): Promise<void>
  /** Creates a file where none is, with the label and the extended attributes of the file `like`. */
  create(file: string, bytes: Uint8Array, ownership: Ownership, like?: string): Promise<void>
  /** Gives a file a second name: the same file, or a copy where the file system knows no hard links. */
  duplicate(from: string, to: string): Promise<void>
  /** Gives a file a second name in one step, unless that name is taken or the file gone. */
  link(from: string, to: string): Promise<'linked' | 'taken' | 'gone'>
  /** Removes what stands there; of a link, the link. */
  remove(file: string): Promise<void>
  /** Creates a directory with `mode` and its parents with 0755 whatever the umask; returns those it made, deepest first. */
  makeDirectory(directory: string, mode: number): Promise<readonly string[]>
  /** Takes from a directory what others than its owner may do there; where that is refused, nothing is said. */
  restrictToOwner(directory: string): Promise<void>
  /** Gives a directory this mode and owner. */
  setOwnership(directory: string, ownership: Required<Ownership>): Promise<void>
  /** Removes a directory if nothing is left in it; says whether it did. */
  removeEmptyDirectory(directory: string): Promise<boolean>
  rename(from: string, to: string): Promise<void>
  /** Removes a directory that is empty and can be removed; anything else stays, links too, and nothing is said. */
  prune(directory: string): Promise<boolean>
}

export type UseOpenedFile<T> = (found: OpenedFile | Untrusted | undefined) => Promise<T>

const DEFAULT_LIMIT = 16 * 1024 * 1024

/**
 * A Writer on the tree under `root` (an existing directory). Attributes beside mode and owner are kept where
 * `copyAttributes` is given.
 */
export function openTree(root: string, copyAttributes: CopyAttributes = async () => {}): Writer {
  const top = path.resolve(root)
  const hostMounts = () => readHostMounts(top)
  const at = async (file: string) => {
    const real = await followLinks(top, file, readLink)
    if (top !== '/') await refuseHostMounts(file, inside(top, real), hostMounts)
    return real
  }
  // A link that stands there is meant itself.
  const standing = async (file: string) => path.join(await at(path.dirname(file)), path.basename(file))
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
        return asRoot ? await openTrusted(top, file, found) : await found(await byName(top, file))
      }),
    facts: file => failOnErrno('look at', file, async () => lstatFacts(await at(file))),
    entries: directory =>
      failOnErrno('list', directory, async () => {
        const entries = await readEntries(await at(directory))
        if (entries === undefined) await refuseDangling(top, directory)
        return entries
      }),
    real: async file => failOnErrno('follow', file, async () => inside(top, await at(file))),
    write: (file, bytes, ownership) =>
      failOnErrno('write', file, async () => replaceFile(await at(file), bytes, ownership)),
    create: (file, bytes, ownership, like) =>
      failOnErrno('write', withoutTemporary(file), async () => {
        const [from, to] = [like && (await at(like)), await at(file)]
        await createFile(to, bytes, ownership, async () => from && copyAttributes(from, to))
      }),
    duplicate: (from, to) => failOnErrno('keep', from, async () => linkOrCopy(await at(from), await at(to))),
    link: (from, to) =>
      failOnErrno('lock', path.dirname(to), async () => linkIfFree(await at(from), await at(to))),
    hostMounts,
    openDirectory: directory =>
      failOnErrno('open', directory, async () => openShortPath(await at(directory))),
    remove: file =>
      failOnErrno('remove', withoutTemporary(file), async () => removeFile(await standing(file))),
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
      failOnErrno('close', directory, async () => setOwnership(await at(directory), ownership)),
    removeEmptyDirectory: directory =>
      failOnErrno('remove', withoutTemporary(directory), async () =>
        removeEmptyDirectory(await at(directory)),
      ),
    prune: directory =>
      standing(directory)
        .then(removeEmptyDirectory)
        .catch(() => false),
    rename: (from, to) =>
      failOnErrno('rename', withoutTemporary(from), async () => moveTree(await at(from), await at(to))),
  }
}

/** For those who have no more to lose than what they can read anyway; also where there is no /proc. */
async function byName(top: string, file: string): Promise<OpenedFile | undefined> {
  const real = await followLinks(top, file, readLink)
  const facts = await lstatFacts(real)
  const read = async (limit: number) => {
    const bytes = await readBounded(real, file, limit)
    if (bytes === undefined) throw new Failure('io', [{ file, message: 'has just been removed' }])
    return bytes
  }
  return facts && { real: inside(top, real), facts, place: real, read }
}

/**
 * A link to nothing is somebody's mistake, not an absent file: writing there would surprise them. Nor is what
 * would be below it absent.
 */
async function refuseDangling(top: string, file: string): Promise<void> {
  const above = path.dirname(file)
  const directory = await followLinks(top, above, readLink)
  const link = await readLink(path.join(directory, path.basename(file)))
  if (link === undefined) {
    if (above !== file && (await lstatFacts(directory)) === undefined) await refuseDangling(top, above)
    return
  }
  throw new Failure('io', [
    { file, message: `is a link to ${link}, which is not there`, hint: 'repair or remove the link' },
  ])
}

function inside(top: string, file: string): string {
  return path.join('/', path.relative(top, file))
}
