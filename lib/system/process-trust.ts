/** Why a process is not trusted, in texts that complete "process 812 …". */
import path from 'node:path'
import { hasErrno } from '../model/errors.ts'
import type { ProcessDescription, ProcessIdentity } from './processes.ts'
import { statFacts } from './read-disk.ts'

/** A process with the rights of root for a time (setuid) was started by another user, with the variables of that user. */
export function whyUntrustedUser({ uids }: ProcessIdentity, users: readonly number[]): string | undefined {
  const [uid, ...more] = [...new Set(uids)]
  if (uid !== undefined && more.length === 0 && users.includes(uid)) return undefined
  return `runs as uid ${[uid, ...more].join(' and ')}`
}

const SETUID_OR_SETGID = 0o6000
const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000

export function whyUntrustedExecutable(
  { executable, executableFacts: facts }: ProcessDescription,
  expected: readonly string[] | undefined,
  users: readonly number[],
): string | undefined {
  if (expected?.includes(path.basename(executable)) === false) return `runs ${executable}`
  if (facts.type !== 'file') return `runs ${executable}, which is not a file`
  if ((facts.mode & SETUID_OR_SETGID) !== 0) return `runs ${executable}, which is setuid or setgid`
  if (!users.includes(facts.uid)) return `runs ${executable}, which is owned by uid ${facts.uid}`
  if ((facts.mode & WRITABLE_BY_OTHERS) !== 0) return `runs ${executable}, which other users can write`
  return undefined
}

/**
 * A user who can write a directory decides which files are in it. In a sticky directory each owner rules their own files,
 * and the owner of every directory is checked. An upgrade may have removed the directories of a running executable.
 */
export async function whyUntrustedPath(
  root: string,
  executable: string,
  users: readonly number[],
): Promise<string | undefined> {
  for (const directory of directoriesAbove(executable)) {
    const facts = await statFacts(path.join(root, directory)).catch(errorCode)
    if (facts === 'ENOENT') return undefined
    if (typeof facts === 'string') return `runs ${executable}, but ${directory} cannot be read (${facts})`
    if (!users.includes(facts.uid)) return `runs ${executable}, but ${directory} is owned by uid ${facts.uid}`
    const isOpen = (facts.mode & WRITABLE_BY_OTHERS) !== 0 && (facts.mode & STICKY) === 0
    if (isOpen) return `runs ${executable}, but other users can write ${directory}`
  }
  return undefined
}

function errorCode(error: unknown): string {
  if (!hasErrno(error)) throw error
  return error.code ?? ''
}

/** From the root down. */
function directoriesAbove(file: string): readonly string[] {
  const directory = path.dirname(file)
  return directory === file ? [] : [...directoriesAbove(directory), directory]
}
