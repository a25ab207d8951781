/** The errors of the system, in words. */
import { Failure, hasErrno } from '../model/errors.ts'
import { findShortage } from './shortage.ts'

/** Root in a container may lack the capabilities for files of other users. */
const AS_ROOT = 'run regmirror as root; root in a container requires CHOWN, DAC_OVERRIDE and FOWNER'

const WORDS: Readonly<Record<string, readonly [message: string, hint?: string]>> = {
  EACCES: ['permission denied', AS_ROOT],
  EPERM: ['operation not permitted', `${AS_ROOT}, or remove the immutable attribute: chattr -i`],
  EROFS: [
    'the file system is read-only',
    'remount it, or choose another --root; in a unit of systemd, name the directory in ReadWritePaths=',
  ],
  ENOSPC: ['no space left on the device', 'free disk space, then run the command again'],
  EDQUOT: ['the disk quota is used up', 'free disk space, then run the command again'],
  EFBIG: [
    'the file would be larger than this process or file system allows',
    'raise the limit (ulimit -f): ulimit -f unlimited, or LimitFSIZE=infinity in its unit',
  ],
  ENOENT: ['a directory in its path does not exist', 'create it first'],
  ENOTDIR: ['a part of its path is not a directory', 'check the path'],
  EISDIR: ['it is a directory', 'move it away'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter one'],
  EBUSY: ['the path is a mount point or in use', 'mount its parent directory instead'],
  EXDEV: ['the path is a mount point, or on another file system', 'mount its parent directory instead'],
  EIO: ['the disk reports an error', 'check the disk'],
  EADDRINUSE: ['another program listens there', 'stop it, or choose another port'],
  EADDRNOTAVAIL: ['this machine does not have that address', 'choose one of its addresses'],
  EAFNOSUPPORT: [
    'this machine does not support this IP version',
    'use an address of the other version (IPv4 or IPv6)',
  ],
  ENOTFOUND: ['cannot resolve the host name', 'use an IP address, such as 127.0.0.1'],
  EAI_AGAIN: ['the name lookup failed', 'use an IP address, such as 127.0.0.1'],
}

/** What an error code of the system means, and what to do about it. */
export function explainErrno(code: string | undefined): {
  readonly message: string
  readonly hint: string | undefined
} {
  const shortage = findShortage(code)
  if (shortage !== undefined) return { message: shortage.problem, hint: shortage.remedy }
  const [message, hint] = WORDS[code ?? ''] ?? [`the system reports ${code}`]
  return { message, hint }
}

/** What helps a user without root, whose own files these are. */
const HINTS_OF_USER: Readonly<Record<string, string>> = {
  EACCES: 'check the owner and mode of it and of its directories (namei -l)',
  EPERM: 'check that this user and group own it',
  EROFS: 'make it writable, or set HOME or XDG_CONFIG_HOME and XDG_STATE_HOME to directories that are',
}

/**
 * Runs `act`; an error of the system becomes a Failure that names the file and says what to do. `isUsers`: what root could
 * do is no remedy.
 */
export async function failOnErrno<T>(
  verb: string,
  file: string,
  act: () => Promise<T>,
  isUsers = false,
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!hasErrno(error)) throw error
    const { message, hint: ofMachine } = explainErrno(error.code)
    const hint = (isUsers && HINTS_OF_USER[error.code ?? '']) || ofMachine
    throw new Failure('io', [{ file, message: `cannot ${verb} it: ${message}`, hint }], error)
  }
}

/** `failOnErrno` for the files of a user, or of a machine. */
export function failingFor({ isUsers }: { readonly isUsers: boolean }) {
  return <T>(verb: string, file: string, act: () => Promise<T>) => failOnErrno(verb, file, act, isUsers)
}

/** No file can have a name that is too long. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']

/** Undefined where the system reports one of these errors; by default those of a file that does not exist. */
export async function ignoreErrno<T>(
  promise: Promise<T>,
  codes: readonly string[] = ABSENT,
): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (hasErrno(error) && codes.includes(error.code ?? '')) return undefined
    throw error
  }
}
