/**
 * Directories that a plan or a transaction has looked up, so that it does not look them up for each of the thousand files
 * in them. Only root could put a link in the place of one: a directory is remembered where it, and each directory between
 * it and the root of the tree, belongs to root and no other user can write it. So is a path that does not exist in such a
 * directory, until regmirror creates it.
 */
import path from 'node:path'
import { ignoreErrno } from './errno.ts'
import type { FileFacts } from './file-facts.ts'
import { lstatFacts, statFacts } from './read-disk.ts'
import { openRemembering } from './remembering.ts'

export interface KnownDirectories {
  /** Whether no link is in a path on this machine, because it is a directory, or does not exist. */
  has(real: string): boolean
  /** Looks a path up; a final link is not followed. Remembers a directory, and that nothing is there. */
  look(real: string): Promise<FileFacts | undefined>
  /** To call after this process has made a directory that only it can write. */
  addMade(real: string): void
  /** To call after a rename. */
  move(from: string, to: string): void
  /** Runs `use`; what is looked up meanwhile is remembered until it ends. */
  remember<T>(use: () => Promise<T>): Promise<T>
}

const WRITE_BY_OTHERS = 0o022

/** What is remembered of paths on this machine. */
interface Names {
  readonly top: string
  /** Directories. */
  readonly known: Set<string>
  /** Only the first missing name of a path: nothing is below it. */
  readonly absent: Set<string>
}

export function openKnownDirectories(top: string): KnownDirectories {
  const names: Names = { top, known: new Set(), absent: new Set() }
  const { isOn, during } = openRemembering(() => {
    for (const found of [names.known, names.absent]) found.clear()
  })
  const note = (real: string, facts: FileFacts | undefined) => {
    if (isOn()) learn(names, real, facts)
  }
  return {
    has: real => names.known.has(real) || isAbsent(names, real),
    look: async real => {
      const facts = await lstatFacts(real)
      note(real, facts)
      return facts
    },
    addMade: real => addMade(names, real),
    move: (from, to) => {
      names.absent.delete(to)
      if (names.known.delete(from)) addMade(names, to)
    },
    remember: use =>
      during(async () => {
        // The root of the tree may be named through a link: what is below it starts from the directory.
        note(top, await ignoreErrno(statFacts(top)))
        return await use()
      }),
  }
}

function learn({ top, known, absent }: Names, real: string, facts: FileFacts | undefined): void {
  if (real !== top && !known.has(path.dirname(real))) return
  if (facts === undefined) absent.add(real)
  else if (isOnlyForRoot(facts)) known.add(real)
}

function isAbsent(names: Names, real: string): boolean {
  const { top, known, absent } = names
  if (absent.size === 0 || real.length <= top.length) return false
  if (absent.has(real)) return true
  const above = path.dirname(real)
  return !known.has(above) && isAbsent(names, above)
}

function addMade({ known, absent }: Names, real: string): void {
  absent.delete(real)
  if (known.has(path.dirname(real))) known.add(real)
}

/** An ACL with write access for others shows in the bits of the group (acl(5)). */
function isOnlyForRoot(facts: FileFacts | undefined): boolean {
  return facts?.type === 'directory' && facts.uid === 0 && (facts.mode & WRITE_BY_OTHERS) === 0
}
