/**
 * Directories that a plan or a transaction has looked up, so that it does not look them up for each of the thousand files
 * in them. Only root could put a link in the place of one: a directory is remembered where it, and each directory between
 * it and the root of the tree, belongs to root and nobody else can write it.
 */
import path from 'node:path'
import { ignoreErrno } from './errno.ts'
import type { FileFacts } from './file-facts.ts'
import { lstatFacts, readLink, statFacts } from './read-disk.ts'

export interface KnownDirectories {
  /** Whether a path on this machine is a directory and no link, and so is everything between it and the top. */
  has(real: string): boolean
  /** The target of a link; undefined for anything else. Remembers a directory. */
  readLink(real: string): Promise<string | undefined>
  isRemembering(): boolean
  /** Runs `use`; what is looked up meanwhile is remembered until it ends. */
  remember<T>(use: () => Promise<T>): Promise<T>
}

const WRITE_BY_OTHERS = 0o022

export function openKnownDirectories(top: string): KnownDirectories {
  const known = new Set<string>()
  let users = 0
  const learn = (real: string, facts: FileFacts | undefined) => {
    const isKnown = real === top || known.has(path.dirname(real))
    if (users > 0 && isKnown && isOnlyForRoot(facts)) known.add(real)
  }
  return {
    has: real => known.has(real),
    readLink: async real => {
      if (known.has(real)) return undefined
      const facts = await lstatFacts(real)
      learn(real, facts)
      return facts?.type === 'link' ? await readLink(real) : undefined
    },
    isRemembering: () => users > 0,
    remember: async use => {
      users += 1
      try {
        // The root of the tree may be named through a link: what is below it starts from the directory.
        learn(top, await ignoreErrno(statFacts(top)))
        return await use()
      } finally {
        users -= 1
        if (users === 0) known.clear()
      }
    },
  }
}

/** An ACL with write access for others shows in the bits of the group (acl(5)). */
function isOnlyForRoot(facts: FileFacts | undefined): boolean {
  return facts?.type === 'directory' && facts.uid === 0 && (facts.mode & WRITE_BY_OTHERS) === 0
}
