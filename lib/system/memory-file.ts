/** A file without a name, for a program that wants to read one: however a process ends, nothing of it is left. */
import { tmpdir } from 'node:os'
import { Failure, hasErrno } from '../model/errors.ts'
import { readLink } from './disk.ts'
import { openUnnamedFile } from './durable.ts'

/** Memory first: what is written there never comes to a disk. */
const DIRECTORIES = () => ['/dev/shm', tmpdir(), '/var/tmp', '/run']

/** By which name a program opens what it is given as standard input; again and again, always from the start. */
export const STDIN = '/proc/self/fd/0'

/**
 * Runs `use` with the descriptor of a file that holds the text and that only this process and its children can open.
 * Throws Failure `io` about `file` where the machine has no room for it, or no /proc to open it by.
 */
export async function withMemoryFile<T>(
  text: string,
  file: string,
  use: (descriptor: number) => Promise<T>,
): Promise<T> {
  const handle = await open(text, file)
  try {
    if ((await readLink(`/proc/self/fd/${handle.fd}`)) === undefined)
      throw unusable(file, '/proc is not mounted', 'mount /proc')
    return await use(handle.fd)
  } finally {
    await handle.close()
  }
}

async function open(text: string, file: string) {
  const refusals: string[] = []
  for (const directory of DIRECTORIES()) {
    try {
      return await openUnnamedFile(directory, text)
    } catch (error) {
      if (!hasErrno(error)) throw error
      refusals.push(`${directory}: ${error.code}`)
    }
  }
  throw unusable(file, `no directory takes a temporary file (${refusals.join(', ')})`, 'mount /dev/shm')
}

function unusable(file: string, why: string, hint: string): Failure {
  return new Failure('io', [{ file, message: `cannot be checked before it is written: ${why}`, hint }])
}
