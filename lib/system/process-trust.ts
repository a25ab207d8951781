/** Why a process is not trusted: sentences that complete "process 812 …". */
import path from 'node:path'
import { hasErrno } from '../model/errors.ts'
import { statFacts } from './disk.ts'
import type { ProcessDescription, ProcessIdentity } from './processes.ts'

/** A process that has the rights of root for a time only (setuid) was started by another user, with their variables. */
export function whyUntrustedUser({ uids }: ProcessIdentity, users: readonly number[]): string | undefined {
  const [uid, ...others] = [...new Set(uids)]
  if (others.length === 0 && users.includes(uid as number)) return undefined
  return `runs as uid ${[uid, ...others].join(' and ')}`
}

const SETUID_OR_SETGID = 0o6000
const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000

export function whyUntrustedExecutable(
  { executable, executableFacts: facts }: ProcessDescription,
  expected: readonly string[],
  users: readonly number[],
): string | undefined {
  if (!expected.includes(path.basename(executable))) return `runs ${executable}`
  if (facts.type !== 'file') return `runs ${executable}, which is not a file`
  if ((facts.mode & SETUID_OR_SETGID) !== 0) return `runs ${executable}, which is setuid or setgid`
  if (!users.includes(facts.uid)) return `runs ${executable}, which belongs to uid ${facts.uid}`
  return (facts.mode & WRITABLE_BY_OTHERS) === 0 ? undefined : `runs ${executable}, which others can write`
}

/**
 * Who can write a directory decides what stands in it. In a sticky one each file is ruled by its owner alone, and the
 * owner of each step is checked. An upgrade may have removed the directories of an executable that still runs.
 */
export async function whyUntrustedPath(
  tree: string,
  executable: string,
  users: readonly number[],
): Promise<string | undefined> {
  for (const directory of directoriesAbove(executable)) {
    const facts = await statFacts(path.join(tree, directory)).catch(errorCode)
    if (facts === 'ENOENT') return undefined
    if (typeof facts === 'string') return `runs ${executable}, but ${directory} cannot be read (${facts})`
    if (!users.includes(facts.uid)) return `runs ${executable}, but ${directory} belongs to uid ${facts.uid}`
    const isOpen = (facts.mode & WRITABLE_BY_OTHERS) !== 0 && (facts.mode & STICKY) === 0
    if (isOpen) return `runs ${executable}, but others can write ${directory}`
  }
  return undefined
}

function errorCode(error: unknown): string {
  if (!hasErrno(error)) throw error
  return error.code ?? ''
}

/** The directories on the way to a file, from the root on. */
function directoriesAbove(file: string): readonly string[] {
  const directory = path.dirname(file)
  return directory === file ? [] : [...directoriesAbove(directory), directory]
}
