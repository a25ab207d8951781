/** The files below one directory of this machine, which counts as `/`: where they are on the disk. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { openHostMounts, refuseHostMounts } from './host-mounts.ts'
import { openKnownDirectories } from './known-directories.ts'
import { type Found, openLookup } from './path-lookup.ts'
import { joinTop, seenFrom } from './plain-path.ts'
import { lstatFacts, readLink } from './read-disk.ts'

export interface Tree {
  /** The root directory, on this machine. */
  readonly top: string
  /** The path on this machine of a path in the tree, links followed. It need not exist. */
  find(file: string): Promise<string>
  /** The same, but a final link is not followed. */
  place(file: string): Promise<string>
  /** The same as `find`, with what is there at this moment. */
  inspect(file: string): Promise<Found>
  /** The same as `find`, but it may lead to files of this machine that are mounted in the tree. */
  follow(file: string): Promise<string>
  /** Whether a path is known to have no link in it. */
  hasNoLink(file: string): boolean
  /** Mount points in the tree of files that are also mounted outside it. */
  hostMounts(): Promise<readonly string[]>
  /** Throws Failure `io` where a link on the way from `file` to `real`, on this machine, leads to such files. */
  refuseHostMounts(file: string, real: string): Promise<void>
  /** To call after this process has made a directory that only it can write; its path on this machine. */
  addMade(real: string): void
  /** To call after a rename, with paths on this machine. */
  move(from: string, to: string): void
  /** Runs `use`; directories and mounts that are looked up meanwhile are remembered until it ends. */
  remember<T>(use: () => Promise<T>): Promise<T>
}

export function openTree(root: string): Tree {
  const top = path.resolve(root)
  const known = openKnownDirectories(top)
  const { follow, inspect } = openLookup(top, known)
  const mounts = openHostMounts(top)
  const refuse = async (file: string, real: string) => {
    if (real !== joinTop(top, file)) await refuseHostMounts(top, file, seenFrom(top, real), mounts.read)
  }
  const find = async (file: string) => {
    const real = await follow(file)
    await refuse(file, real)
    return real
  }
  return {
    top,
    follow,
    find,
    place: async file => {
      const literal = joinTop(top, file)
      if (known.has(path.dirname(literal))) return literal
      return path.join(await find(path.dirname(file)), path.basename(file))
    },
    inspect: async file => {
      const found = await inspect(file)
      await refuse(file, found.real)
      return found
    },
    hasNoLink: file => known.has(joinTop(top, file)),
    hostMounts: mounts.read,
    refuseHostMounts: refuse,
    addMade: known.addMade,
    move: known.move,
    remember: use => known.remember(() => mounts.remember(use)),
  }
}

/** A dangling link, at the path or above it, is an error and not an absent file: writing there would be a surprise. */
export async function refuseDangling(tree: Tree, file: string): Promise<void> {
  if (tree.hasNoLink(file)) return
  const above = path.dirname(file)
  const directory = await tree.follow(above)
  const link = await readLink(path.join(directory, path.basename(file)))
  if (link === undefined) {
    if (above !== file && (await lstatFacts(directory)) === undefined) await refuseDangling(tree, above)
    return
  }
  throw new Failure('io', [
    { file, message: `is a link to ${link}, which does not exist`, hint: 'repair or remove the link' },
  ])
}
