/** Podman, Skopeo and Buildah of a Debian suite, with the files of a node in a directory of the test. */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { type Tree, writeTree } from '../../support/tree.ts'
import { treeOf } from './runtimes.ts'

export const podmans = [
  { title: 'Podman 4.3', suite: 'bookworm', tree: 'podman-bookworm' },
  { title: 'Podman 5', suite: 'sid', tree: 'podman-sid' },
] as const

export const programs = ['podman', 'skopeo', 'buildah'] as const

export interface Ran {
  readonly code: number
  /** The output on both streams. */
  readonly said: string
}

export interface PodmanNode {
  /** The root directory of the node, for `--root`: it has its files, not its programs. */
  readonly root: string
  run(program: string, ...args: readonly string[]): Promise<Ran>
  /** Pulls into an empty storage. */
  pull(program: (typeof programs)[number], image: string): Promise<Ran>
}

/**
 * $1 the tree, $2 the files of the node; then a command. The programs see the settings of the node, and a root directory in
 * memory that ends with them.
 */
const ENTER = `
set -e
tree=$1 node=$2
shift 2
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir=$tree,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
cd /mnt/root
mkdir -p proc dev tmp root run var/lib var/tmp etc/containers etc/docker
mount -t proc proc proc
mount --rbind /dev dev
echo root:x:0:0:root:/root:/bin/sh >etc/passwd
for directory in etc/containers etc/docker root; do mount --bind "$node/$directory" "$directory"; done
exec env -i HOME=/root PATH=/usr/bin:/usr/sbin chroot . "$@"
`

/** What Debian's packages have in /etc/containers, as far as a pull needs it. */
const POLICY = '{"default":[{"type":"insecureAcceptAnything"}]}\n'

/** Writes the files of a node below `home`, and says how to run the programs of a suite there. */
export async function openPodman(tree: string, home: string, files: Tree = {}): Promise<PodmanNode> {
  const root = path.join(home, 'node')
  for (const directory of ['etc/containers', 'etc/docker', 'root'])
    await fs.mkdir(path.join(root, directory), { recursive: true })
  await writeTree(root, { 'etc/containers/policy.json': POLICY, ...files })
  const run = (program: string, ...args: readonly string[]) =>
    runIn([treeOf(tree), root, `/usr/bin/${program}`, ...args])
  return { root, run, pull: (program, image) => run(program, ...pullWords(program, image)) }
}

function pullWords(program: (typeof programs)[number], image: string): readonly string[] {
  if (program === 'skopeo') return ['copy', '-q', `docker://${image}`, 'dir:/tmp/image']
  const storage = ['--storage-driver', 'vfs', '--root', '/tmp/storage', '--runroot', '/tmp/run']
  const cgroups = program === 'podman' ? ['--cgroup-manager', 'cgroupfs'] : []
  return [...storage, ...cgroups, 'pull', '-q', image]
}

function runIn(words: readonly string[]): Promise<Ran> {
  return new Promise(done => {
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'sh', ...words]
    execFile('unshare', args, { timeout: 120_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? -1), said: stdout + stderr }),
    )
  })
}
