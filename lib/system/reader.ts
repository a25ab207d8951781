/**
 * Read access to the files below one root directory, which counts as `/`: absolute links are followed inside it, links that
 * leave it are refused.
 */
import { Failure } from '../model/errors.ts'
import { failingFor } from './errno.ts'
import type { Entry, FileFacts, FoundFile } from './file-facts.ts'
import type { Untrusted } from './file-trust.ts'
import { joinTop, seenFrom } from './plain-path.ts'
import { lstatFacts, openShortPath, readBounded, readEntries, readFound } from './read-disk.ts'
import { MACHINE_STATE, type StatePaths } from './state-paths.ts'
import { openTree, refuseDangling, type Tree } from './tree.ts'
import { type OpenedFile, openTrusted } from './trusted-file.ts'

export interface Reader {
  /** The root as given, `/` for the running node. */
  readonly root: string
  /** Where regmirror keeps what it remembers of these files. */
  readonly statePaths: StatePaths
  /** The bytes of a regular file; undefined when there is none. Fails on directories, devices and over `limit` bytes. */
  read(file: string, limit?: number): Promise<Buffer | undefined>
  /** The same with mode and owner, ready to be put back. */
  find(file: string): Promise<FoundFile | undefined>
  /**
   * Opens a path once, and uses it while it is open. With `asRoot`, a file that another user could have put there or
   * changed is not opened: `use` gets the reason.
   */
  open<T>(file: string, asRoot: boolean, use: UseOpenedFile<T>): Promise<T>
  /** Facts of the path; undefined when it does not exist. */
  facts(file: string): Promise<FileFacts | undefined>
  /** The entries of a directory, sorted by name; undefined when there is no such directory. */
  entries(directory: string): Promise<readonly Entry[] | undefined>
  /** Whether it is known that nothing above a path is anything but a directory, as after a look at it in `remember`. */
  isBelowDirectories(file: string): boolean
  /** The path with every link followed, as seen from the root. */
  real(file: string): Promise<string>
  /** Mount points inside the root of files that are also mounted outside it; none for the running node. */
  hostMounts(): Promise<readonly string[]>
  /**
   * Runs `use`, a plan or a transaction. Directories that are looked up meanwhile, and that only root can change, are not
   * looked up again until it ends.
   */
  remember<T>(use: () => Promise<T>): Promise<T>
  /** A path of this machine to a directory, short enough for sockets in it, until it is closed. */
  openDirectory(directory: string): Promise<{ path: string; close: () => Promise<void> }>
}

export type UseOpenedFile<T> = (found: OpenedFile | Untrusted | undefined) => Promise<T>

const DEFAULT_LIMIT = 16 * 1024 * 1024

/** A Reader of the files below `root`, an existing directory. */
export function openReader(root: string, statePaths = MACHINE_STATE): Reader {
  return readerOf(openTree(root), statePaths)
}

/** A Reader of the files of a tree. */
export function readerOf(tree: Tree, statePaths: StatePaths): Reader {
  const { top, find: at } = tree
  const failing = failingFor(statePaths)
  const find = (file: string, limit: number) =>
    failing('read', file, async () => {
      const { real, facts } = await tree.inspect(file)
      const found = facts && (await readFound(real, facts, file, limit))
      if (found === undefined) await refuseDangling(tree, file)
      return found
    })
  return {
    root: top,
    statePaths,
    read: async (file, limit = DEFAULT_LIMIT) => (await find(file, limit))?.bytes,
    find: file => find(file, DEFAULT_LIMIT),
    open: (file, asRoot, use) =>
      failing('read', file, async () => {
        const found: typeof use = async opened => {
          if (opened === undefined) await refuseDangling(tree, file)
          if (opened && 'real' in opened) await tree.refuseHostMounts(file, joinTop(top, opened.real))
          return await use(opened)
        }
        return asRoot ? await openTrusted(top, file, found) : await found(await openByName(tree, file))
      }),
    facts: file => failing('inspect', file, async () => (await tree.inspect(file)).facts),
    entries: directory =>
      failing('list', directory, async () => {
        const { real, facts } = await tree.inspect(directory)
        const entries = facts?.type === 'directory' ? await readEntries(real) : undefined
        if (entries === undefined) await refuseDangling(tree, directory)
        return entries
      }),
    isBelowDirectories: tree.hasNoLink,
    real: async file => failing('resolve', file, async () => seenFrom(top, await at(file))),
    hostMounts: tree.hostMounts,
    remember: tree.remember,
    openDirectory: directory => failing('open', directory, async () => openShortPath(await at(directory))),
  }
}

/** Opens a file without checking who could have changed it. Works without /proc. */
async function openByName(tree: Tree, file: string): Promise<OpenedFile | undefined> {
  const real = await tree.follow(file)
  const facts = await lstatFacts(real)
  const read = async (limit: number) => {
    const bytes = await readBounded(real, file, limit)
    if (bytes === undefined)
      throw new Failure('io', [
        { file, message: 'was removed while it was read', hint: 'run the command again' },
      ])
    return bytes
  }
  return facts && { real: seenFrom(tree.top, real), facts, systemPath: real, read }
}
