/**
 * Directories that a plan or a transaction has looked up, so that it does not look them up for each of the thousand files
 * in them. Only root could put a link in the place of one: a directory is remembered where it, and each directory between
 * it and the root of the tree, belongs to root and no other user can write it. So is a path that does not exist in such a
 * directory, until regmirror creates or renames something.
 */
import path from 'node:path'
import { ignoreErrno } from './errno.ts'
import type { FileFacts } from './file-facts.ts'
import { lstatFacts, readLink, statFacts } from './read-disk.ts'

export interface KnownDirectories {
  /** Whether no link is in a path on this machine, because it is a directory, or does not exist. */
  has(real: string): boolean
  /** The target of a link; undefined for anything else. Remembers a directory. */
  readLink(real: string): Promise<string | undefined>
  /** To call before anything is created or renamed. */
  forgetAbsent(): void
  isRemembering(): boolean
  /** Runs `use`; what is looked up meanwhile is remembered until it ends. */
  remember<T>(use: () => Promise<T>): Promise<T>
}

const WRITE_BY_OTHERS = 0o022

export function openKnownDirectories(top: string): KnownDirectories {
  const known = new Set<string>()
  const absent = new Set<string>()
  let users = 0
  const learn = (real: string, facts: FileFacts | undefined) => {
    const isKnown = real === top || known.has(path.dirname(real))
    if (users === 0 || !isKnown) return
    if (facts === undefined) absent.add(real)
    else if (isOnlyForRoot(facts)) known.add(real)
  }
  const isAbsent = (real: string): boolean =>
    absent.size > 0 && (absent.has(real) || (real.length > top.length && isAbsent(path.dirname(real))))
  return {
    has: real => known.has(real) || isAbsent(real),
    readLink: async real => {
      if (known.has(real) || isAbsent(real)) return undefined
      const facts = await lstatFacts(real)
      learn(real, facts)
      return facts?.type === 'link' ? await readLink(real) : undefined
    },
    forgetAbsent: () => absent.clear(),
    isRemembering: () => users > 0,
    remember: async use => {
      users += 1
      try {
        // The root of the tree may be named through a link: what is below it starts from the directory.
        learn(top, await ignoreErrno(statFacts(top)))
        return await use()
      } finally {
        users -= 1
        if (users === 0) for (const names of [known, absent]) names.clear()
      }
    },
  }
}

/** An ACL with write access for others shows in the bits of the group (acl(5)). */
function isOnlyForRoot(facts: FileFacts | undefined): boolean {
  return facts?.type === 'directory' && facts.uid === 0 && (facts.mode & WRITE_BY_OTHERS) === 0
}
