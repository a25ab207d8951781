/**
 * The file system as the rest of the house sees it. A Reader sees the tree under one root as if the root were
 * `/`: absolute links are followed inside it, links that leave it are refused. A Writer can change it too;
 * whoever is handed a Reader cannot.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { entriesOf, factsOf, readBounded, readLink, shortName } from './disk.ts'
import {
  type CopyAttributes,
  create,
  duplicate,
  linkOnce,
  makeAll,
  moveWhole,
  removeDurably,
  removeIfEmpty,
  replace,
  setOwnership,
  takeFromOthers,
} from './durable.ts'
import { orFail } from './errno.ts'
import type { Entry, FileFacts, Ownership } from './file-facts.ts'
import type { Distrust } from './file-trust.ts'
import { borrowedBy, refuseBorrowed } from './host-mounts.ts'
import { follow } from './links.ts'
import { placeOf } from './temporary.ts'
import { descend, type Opened } from './trusted-file.ts'

export interface Reader {
  /** The root as given, `/` for the running node. */
  readonly root: string
  /** Bytes of a regular file; undefined when there is none. Fails on directories, devices and over `limit` bytes. */
  read(file: string, limit?: number): Promise<Buffer | undefined>
  /**
   * Opens what stands at the path, once, and uses it while it is open. `asRoot`: only what root alone can have put there
   * may be read, else `use` is told why not. Others read what they can.
   */
  open<T>(file: string, asRoot: boolean, use: UseOpened<T>): Promise<T>
  /** Facts of what stands at the path; undefined when nothing does. */
  facts(file: string): Promise<FileFacts | undefined>
  /** Names and types in a directory, sorted by name; undefined when there is none. */
  entries(directory: string): Promise<readonly Entry[] | undefined>
  /** The path with every link followed, still as seen from the root. */
  real(file: string): Promise<string>
  /** Mount points inside the root of files that this machine also has outside it; none for the running node. */
  borrowed(): Promise<readonly string[]>
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
  closeToOthers(directory: string): Promise<void>
  /** Gives a directory this mode and owner. */
  close(directory: string, ownership: Required<Ownership>): Promise<void>
  /** Removes a directory if nothing is left in it; says whether it did. */
  removeEmptyDirectory(directory: string): Promise<boolean>
  rename(from: string, to: string): Promise<void>
  /** Removes a directory that is empty and can be removed; anything else stays, links too, and nothing is said. */
  prune(directory: string): Promise<boolean>
}

export type UseOpened<T> = (found: Opened | Distrust | undefined) => Promise<T>

const DEFAULT_LIMIT = 16 * 1024 * 1024

/**
 * A Writer on the tree under `root` (an existing directory). Attributes beside mode and owner are kept where
 * `copyAttributes` is given.
 */
export function openTree(root: string, copyAttributes: CopyAttributes = async () => {}): Writer {
  const top = path.resolve(root)
  const borrowed = () => borrowedBy(top)
  const at = async (file: string) => {
    const real = await follow(top, file, readLink)
    if (top !== '/') await refuseBorrowed(file, inside(top, real), borrowed)
    return real
  }
  // A link that stands there is meant itself.
  const standing = async (file: string) => path.join(await at(path.dirname(file)), path.basename(file))
  return {
    root: top,
    read: async (file, limit = DEFAULT_LIMIT) =>
      orFail('read', file, async () => {
        const bytes = await readBounded(await at(file), file, limit)
        if (bytes === undefined) await refuseDangling(top, file)
        return bytes
      }),
    open: (file, asRoot, use) =>
      orFail('read', file, async () => {
        const found: typeof use = async opened => {
          if (opened === undefined) await refuseDangling(top, file)
          if (opened && 'real' in opened && top !== '/') await refuseBorrowed(file, opened.real, borrowed)
          return await use(opened)
        }
        return asRoot ? await descend(top, file, found) : await found(await byName(top, file))
      }),
    facts: file => orFail('look at', file, async () => factsOf(await at(file))),
    entries: directory =>
      orFail('list', directory, async () => {
        const entries = await entriesOf(await at(directory))
        if (entries === undefined) await refuseDangling(top, directory)
        return entries
      }),
    real: async file => orFail('follow', file, async () => inside(top, await at(file))),
    write: (file, bytes, ownership) =>
      orFail('write', file, async () => replace(await at(file), bytes, ownership)),
    create: (file, bytes, ownership, like) =>
      orFail('write', placeOf(file), async () => {
        const [from, to] = [like && (await at(like)), await at(file)]
        await create(to, bytes, ownership, async () => from && copyAttributes(from, to))
      }),
    duplicate: (from, to) => orFail('keep', from, async () => duplicate(await at(from), await at(to))),
    link: (from, to) => orFail('lock', path.dirname(to), async () => linkOnce(await at(from), await at(to))),
    borrowed,
    openDirectory: directory => orFail('open', directory, async () => shortName(await at(directory))),
    remove: file => orFail('remove', placeOf(file), async () => removeDurably(await standing(file))),
    makeDirectory: (directory, mode) =>
      orFail('create', placeOf(directory), async () => {
        const made = await makeAll(await at(directory), mode)
        return made.map(real => inside(top, real))
      }),
    closeToOthers: directory =>
      at(directory)
        .then(takeFromOthers)
        .catch(() => {}),
    close: (directory, ownership) =>
      orFail('close', directory, async () => setOwnership(await at(directory), ownership)),
    removeEmptyDirectory: directory =>
      orFail('remove', placeOf(directory), async () => removeIfEmpty(await at(directory))),
    prune: directory =>
      standing(directory)
        .then(removeIfEmpty)
        .catch(() => false),
    rename: (from, to) =>
      orFail('rename', placeOf(from), async () => moveWhole(await at(from), await at(to))),
  }
}

/** For those who have no more to lose than what they can read anyway; also where there is no /proc. */
async function byName(top: string, file: string): Promise<Opened | undefined> {
  const real = await follow(top, file, readLink)
  const facts = await factsOf(real)
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
  const directory = await follow(top, above, readLink)
  const link = await readLink(path.join(directory, path.basename(file)))
  if (link === undefined) {
    if (above !== file && (await factsOf(directory)) === undefined) await refuseDangling(top, above)
    return
  }
  throw new Failure('io', [
    { file, message: `is a link to ${link}, which is not there`, hint: 'repair or remove the link' },
  ])
}

function inside(top: string, file: string): string {
  return path.join('/', path.relative(top, file))
}
