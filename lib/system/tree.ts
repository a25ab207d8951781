/** The files below one directory of this machine, which counts as `/`: where they are on the disk. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { readHostMounts, refuseHostMounts } from './host-mounts.ts'
import { openKnownDirectories } from './known-directories.ts'
import { followLinks } from './links.ts'
import { lstatFacts, readLink } from './read-disk.ts'

export interface Tree {
  /** The root directory, on this machine. */
  readonly top: string
  /** The path on this machine of a path in the tree, links followed. It need not exist. */
  find(file: string): Promise<string>
  /** The same, but it may lead to files of this machine that are mounted in the tree. */
  follow(file: string): Promise<string>
  /** Whether a path is known to have no link in it. */
  hasNoLink(file: string): boolean
  /** Mount points in the tree of files that are also mounted outside it. */
  hostMounts(): Promise<readonly string[]>
  /** Throws Failure `io` where a link on the way from `file` to `real`, in the tree, leads to such files. */
  refuseHostMounts(file: string, real: string): Promise<void>
  /** To call before anything is created or renamed. */
  forgetAbsent(): void
  /** Runs `use`; directories and mounts that are looked up meanwhile are remembered until it ends. */
  remember<T>(use: () => Promise<T>): Promise<T>
}

export function openTree(root: string): Tree {
  const top = path.resolve(root)
  const known = openKnownDirectories(top)
  let mounts: Promise<readonly string[]> | undefined
  const hostMounts = async () => {
    if (!known.isRemembering()) return await readHostMounts(top)
    mounts ??= readHostMounts(top)
    return await mounts
  }
  const literalOf = (file: string) => path.join(top, path.resolve('/', file))
  const follow = async (file: string) => {
    const literal = literalOf(file)
    const isDirect = known.has(path.dirname(literal)) && (await known.readLink(literal)) === undefined
    return isDirect ? literal : await followLinks(top, file, known.readLink)
  }
  const refuse = (file: string, real: string) => refuseHostMounts(top, file, real, hostMounts)
  return {
    top,
    follow,
    find: async file => {
      const real = await follow(file)
      await refuse(file, seenFrom(top, real))
      return real
    },
    hasNoLink: file => known.has(literalOf(file)),
    hostMounts,
    refuseHostMounts: refuse,
    forgetAbsent: known.forgetAbsent,
    remember: use => {
      if (!known.isRemembering()) mounts = undefined
      return known.remember(use)
    },
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

/** A path on this machine as seen from the root `top`. */
export function seenFrom(top: string, file: string): string {
  return path.join('/', path.relative(top, file))
}
