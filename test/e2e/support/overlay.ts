/** Shell text for a mount namespace in which this machine has an /etc of its own. */
import path from 'node:path'
import { FROM_SOURCE, shellWords } from '../../support/program.ts'

const PROJECT = path.resolve(import.meta.dirname, '../../..')

/** The path of a project file inside the namespace, where its own directory may be hidden. */
export function inside(file: string): string {
  return file.startsWith(`${PROJECT}/`) ? `/mnt/over/project${file.slice(PROJECT.length)}` : file
}

/** The command for a shell inside. */
export const COMMAND = shellWords(FROM_SOURCE.map(inside))

/** $1 is a directory of the test, mounted at /mnt; what is written to /etc is on a tmpfs. */
export const OVERLAY = `
set -e
mount --bind "$1" /mnt
mount -t tmpfs tmpfs /mnt/over
mkdir /mnt/over/u /mnt/over/w /mnt/over/project
mount --bind "${PROJECT}" /mnt/over/project
mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/over/u,workdir=/mnt/over/w /etc
`
