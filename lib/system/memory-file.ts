/** A file without a name, for a program that reads one: however a process ends, the file is gone with it. */
import { tmpdir } from 'node:os'
import { Failure, hasErrno } from '../model/errors.ts'
import { readLink } from './read-disk.ts'
import { openUnnamedFile } from './write-disk.ts'

/** Memory first: it never reaches a disk. */
const DIRECTORIES = () => ['/dev/shm', tmpdir(), '/var/tmp', '/run']

/** The path by which a program opens its standard input, each time from the start. */
export const STDIN = '/proc/self/fd/0'

/**
 * Runs `use` with the descriptor of a file that holds the text, which only this process and its children can open. Throws
 * Failure `io` about `file` where the machine has no room for it, or no /proc to open it by.
 */
export async function withMemoryFile<T>(
  text: string,
  file: string,
  use: (descriptor: number) => Promise<T>,
): Promise<T> {
  const handle = await openMemoryFile(text, file)
  try {
    if ((await readLink(`/proc/self/fd/${handle.fd}`)) === undefined)
      throw cannotCheck(file, 'cannot check it before writing: /proc is not mounted', 'mount /proc')
    return await use(handle.fd)
  } finally {
    await handle.close()
  }
}

async function openMemoryFile(text: string, file: string) {
  const refusals: string[] = []
  for (const directory of DIRECTORIES()) {
    try {
      return await openUnnamedFile(directory, text)
    } catch (error) {
      if (!hasErrno(error)) throw error
      refusals.push(`${directory}: ${error.code}`)
    }
  }
  throw cannotCheck(
    file,
    `cannot create a temporary file to check it (${refusals.join(', ')})`,
    'mount /dev/shm',
  )
}

function cannotCheck(file: string, message: string, hint: string): Failure {
  return new Failure('io', [{ file, message, hint }])
}
