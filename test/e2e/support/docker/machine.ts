/**
 * A machine with the Docker of an unpacked tree: its own processes, network and files. What happens there is written in
 * steps, which a program inside runs one after the other; everything in it ends with that program.
 */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { withDirectory } from '../../../support/tree.ts'
import { treeOf } from '../runtimes.ts'

const PROJECT = path.resolve(import.meta.dirname, '../../../..')

/**
 * $1 an empty directory, $2 the trees, $3 Node, $4 the project; then the program. Loopback has a second address, because Docker
 * verifies nothing on 127.0.0.0/8. Its data are on a tmpfs: overlay2 does not work on an overlay.
 */
const BOOT = `
set -e
ip link set lo up
ip address add 192.0.2.10/32 dev lo
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mkdir -p proc sys dev run tmp etc/docker var/lib usr/local/bin
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
for memory in run tmp var/lib; do mount -t tmpfs -o mode=755 tmpfs "$memory"; done
mkdir -p ".$4"
touch usr/local/bin/node
mount --bind "$3" usr/local/bin/node
mount --bind "$4" ".$4"
shift 4
exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot . "$@"
`

/** What became of each step, by its title; without a word, it went well. */
export type Outcomes = Readonly<Record<string, string | undefined>>

/** Runs the steps of a Docker with an image store in a machine of their own. */
export async function runSteps(suite: string, store: string): Promise<Outcomes> {
  const program = path.join(import.meta.dirname, 'run-steps.ts')
  const trees = [`docker.io-${suite}`, ...(suite === 'sid' ? ['docker-buildx-sid'] : [])]
  return await runOnMachine(trees, [program, suite, store])
}

/** Runs a program of this project, with its arguments, in a machine that has these trees; it prints an object as JSON last. */
export async function runOnMachine(trees: readonly string[], program: readonly string[]): Promise<Outcomes> {
  return await withDirectory(async home => {
    const namespaces = ['mount', 'net', 'pid', 'ipc'].map(name => `--${name}`)
    const unshare = ['unshare', ...namespaces, '--propagation', 'private', '--fork', '--kill-child']
    const words = ['sh', '-c', BOOT, 'sh', home, trees.map(treeOf).join(':'), process.execPath, PROJECT]
    const all = ['--pdeathsig', 'KILL', ...unshare, ...words, '/usr/local/bin/node', ...program]
    const { stdout } = await promisify(execFile)('setpriv', all, { maxBuffer: 64 * 1024 * 1024 })
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1))
  })
}
