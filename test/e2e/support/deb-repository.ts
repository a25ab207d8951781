/** A repository for apt, made by documented commands on a machine that has Debian's programs for that. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { treeOf } from './runtimes.ts'

/** The tree that has apt-ftparchive and gpg. */
export const PACKAGER = 'lintian-trixie'

/** $1 the tree; $2 the folder with the packages; $3 commands. Only what they write into that folder remains. */
const INSIDE = `
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir=$1,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
cd /mnt/root
mkdir -p proc dev tmp root srv/apt
mount -t proc proc proc
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
mount --bind "$2" srv/apt
exec chroot . sh -ec "$3"
`
/** Of the packager; the password of a real one is not empty. */
const MAKE_KEY = `gpg --quiet --batch --passphrase '' --quick-generate-key packages@example.com`

/** Makes the folder a repository: with its index, and signed. */
export async function makeRepository(folder: string, commands: string): Promise<void> {
  const unshare = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', INSIDE, 'sh']
  const env = { PATH: '/usr/bin:/usr/sbin:/bin:/sbin', HOME: '/root', LC_ALL: 'C.UTF-8' }
  await promisify(execFile)('unshare', [...unshare, treeOf(PACKAGER), folder, `${MAKE_KEY}\n${commands}`], {
    env,
  })
}
