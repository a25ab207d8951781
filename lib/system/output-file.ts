/**
 * Creates a file that a person names, in a directory that another user may control. The directory is held by a descriptor
 * while the file is created, and a link in the place of the file is not followed.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { failOnErrno, ignoreErrno } from './errno.ts'
import { makeDirectories } from './make-directories.ts'
import type { Reader } from './reader.ts'
import type { OpenedFile } from './trusted-file.ts'
import { createFile } from './write-disk.ts'

type Files = Pick<Reader, 'open'>

const DIRECTORY_MODE = 0o755

/**
 * Creates `file` (absolute), and missing directories above it with 0755. `asRoot`: only below directories
 * that no other user can change. Throws Failure `usage` when the path exists, also as a dangling link, and `io` when a
 * directory is refused or the system reports an error.
 */
export async function createOutputFile(
  files: Files,
  file: string,
  text: string,
  asRoot: boolean,
  mode = 0o644,
): Promise<void> {
  await inDirectory(files, path.dirname(file), asRoot, async ({ systemPath }) => {
    const creating = createFile(`${systemPath}/${path.basename(file)}`, text, { mode })
    const created = creating.then(() => true)
    if (await failOnErrno('write', file, () => ignoreErrno(created, ['EEXIST']))) return
    throw alreadyExists(file)
  })
}

/** For a command that works before it writes. `shown` is the file as it was typed. */
export async function refuseExisting(
  files: Pick<Reader, 'facts'>,
  file: string,
  shown: string,
): Promise<void> {
  if ((await files.facts(file)) !== undefined) throw alreadyExists(shown)
}

function alreadyExists(file: string): Failure {
  const hint = 'choose another name or move it away'
  return new Failure('usage', [{ file, message: 'already exists', hint }])
}

/** Uses a directory while it is held; creates it first if it is missing, and then checks it like any other. */
async function inDirectory(
  files: Files,
  directory: string,
  asRoot: boolean,
  use: (held: OpenedFile) => Promise<void>,
): Promise<void> {
  const found = await files.open(directory, asRoot, async opened => {
    if (opened === undefined) return false
    if ('message' in opened) throw untrustedDirectory(directory, opened.message)
    await use(opened)
    return true
  })
  if (found) return
  await inDirectory(files, path.dirname(directory), asRoot, async ({ systemPath }) => {
    const missing = `${systemPath}/${path.basename(directory)}`
    await failOnErrno('create', directory, () => makeDirectories(missing, DIRECTORY_MODE))
  })
  await inDirectory(files, directory, asRoot, use)
}

function untrustedDirectory(file: string, message: string): Failure {
  const hint =
    'choose a directory that only root can change, such as /etc/regmirror, or run regmirror without sudo'
  return new Failure('io', [{ file, message, hint }])
}
