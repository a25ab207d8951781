/**
 * A machine whose process 1 is a real systemd, in its own namespaces: its file system is an overlay in memory, its only
 * network is loopback, and everything that it starts or mounts ends with that process.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { kill } from '../../support/process.ts'
import { EXECUTABLE } from '../../support/program.ts'
import { type Tree, writeTree } from '../../support/tree.ts'
import { eventually } from '../../support/watching.ts'
import { cgroups, makeCgroup } from './cgroup.ts'
import { needRuntime, skip, treeOf } from './runtimes.ts'

/** The oldest supported release of systemd, and the current one of Debian. */
export const systemds = [
  { title: 'systemd 252', suite: 'bookworm' },
  { title: 'systemd 257', suite: 'trixie' },
] as const

type Suite = (typeof systemds)[number]['suite']

export interface Ran {
  readonly code: number
  /** The output on both streams. */
  readonly said: string
}

export interface Machine extends AsyncDisposable {
  /** The id of its process 1 on the test machine. */
  readonly pid: number
  /** The path on the test machine of a file of this machine. */
  at(file: string): string
  /** Runs a program in this machine. */
  run(...command: readonly string[]): Promise<Ran>
}

const PROJECT = path.resolve(import.meta.dirname, '../../..')
const PATH = '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** Keeps processes in the machine from changing the kernel. */
const BOUNDS = '-sys_module,-sys_time,-sys_rawio,-syslog'

/**
 * $1 an empty directory, $2 the lower trees, $3 Node, $4 the project, empty for a machine without regmirror, $5 the files of the
 * machine, $6 its PATH, $7 the executable to test, if any. It prints the process id that is valid outside.
 */
const BOOT = `
set -e
read -r pid rest </proc/self/stat
mount -t tmpfs tmpfs "$1"
root=$1/root
mkdir "$1/upper" "$1/work" "$root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$root"
cd "$root"
mkdir -p proc sys dev run tmp mnt root var/lib var/log usr/local/bin usr/local/lib/regmirror
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,ro,bind proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for memory in dev run tmp var/lib; do mount -t tmpfs -o mode=755 tmpfs "$memory"; done
mkdir dev/shm dev/pts
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
for device in null zero full random urandom tty; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
touch usr/local/bin/node
mount --bind "$3" usr/local/bin/node
if [ -z "$4" ]; then rmdir usr/local/lib/regmirror
elif [ -z "$7" ]; then
  cp -R "$4/bin" "$4/dist" usr/local/lib/regmirror
  ln -s ../lib/regmirror/bin/regmirror.js usr/local/bin/regmirror
else
  touch usr/local/bin/regmirror
  mount --bind "$7" usr/local/bin/regmirror
fi
cp -R "$5/." .
for init in usr/lib/systemd/systemd lib/systemd/systemd; do if [ -x "$init" ]; then break; fi; done
hostname node
ip link set lo up
pivot_root . mnt
cd /
umount -l /mnt
# As for process 1 of a kernel: a child of systemd mounts credentials, which all must see.
mount --make-rshared /
echo "$pid"
exec env -i container=test "PATH=$6" "/$init" systemd.unit=multi-user.target
`

/** Joins the cgroup that becomes the root cgroup of the machine. */
const JOIN = 'echo 0 >"$0/cgroup.procs"; exec unshare --cgroup sh -c "$@"'

/** For a `before` hook, as needRuntime is. */
export function needSystemd(context: Mocha.Context, suite: Suite): void {
  for (const name of ['systemd', 'containerd']) needRuntime(context, `${name}-${suite}`, true)
  if (cgroups() === undefined) skip(context, 'systemd needs cgroup version 2, which is not mounted here')
}

/**
 * Boots a machine with the build of the project, its units, these files and these trees of programs, and waits until it has
 * started.
 */
export async function boot(suite: Suite, files: Tree, programs: readonly string[] = []): Promise<Machine> {
  // containerd is last: its tree has links in place of directories such as /bin.
  const trees = [`systemd-${suite}`, ...programs, `containerd-${suite}`]
  return await bootTrees(trees.map(treeOf), files, PROJECT)
}

/** The same with apt, without regmirror and its units. */
export async function bootBare(suite: Suite, files: Tree): Promise<Machine> {
  const trees = ['systemd', 'apt', 'containerd'].map(name => treeOf(`${name}-${suite}`))
  const machine = await bootTrees(trees, { 'etc/passwd': USERS, ...files }, '')
  // /var/lib of a machine is empty at first.
  await fs.cp(path.join(treeOf(`apt-${suite}`), 'var/lib/dpkg'), machine.at('/var/lib/dpkg'), {
    recursive: true,
  })
  return machine
}

/** The second user downloads for apt. */
const USERS = `root:x:0:0:root:/root:/bin/sh
_apt:x:42:65534::/nonexistent:/usr/sbin/nologin
`

/** `project`: where regmirror is installed from, empty for none. */
async function bootTrees(trees: readonly string[], files: Tree, project: string): Promise<Machine> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-machine-'))
  const cgroup = await makeCgroup(path.basename(home))
  const own = path.join(home, 'own')
  const stage = path.join(home, 'stage')
  await fs.mkdir(stage)
  await writeTree(own, files)
  if (project !== '')
    await fs.cp(path.join(project, 'templates/systemd'), path.join(own, 'etc/systemd/system'), {
      recursive: true,
    })
  const words = [stage, trees.join(':'), process.execPath, project, own, PATH, EXECUTABLE ?? '']
  const child = start(words, cgroup.path)
  const stop = async () => {
    await kill(child, 'SIGKILL')
    await cgroup.remove()
    await fs.rm(home, { recursive: true, force: true })
  }
  try {
    const machine = { ...machineOf(await firstProcess(child)), [Symbol.asyncDispose]: stop }
    await waitUntilStarted(machine)
    return machine
  } catch (error) {
    await stop()
    throw error
  }
}

function start(args: readonly string[], cgroup: string): ChildProcess {
  const namespaces = ['mount', 'pid', 'uts', 'ipc', 'net'].map(name => `--${name}`)
  const bound = ['--pdeathsig', 'KILL', '--bounding-set', BOUNDS]
  const unshare = ['unshare', ...namespaces, '--propagation', 'private', '--fork', '--kill-child']
  return spawn('setpriv', [...bound, ...unshare, 'sh', '-c', JOIN, cgroup, BOOT, 'sh', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** The id of process 1 of the machine, as seen outside. */
async function firstProcess(child: ChildProcess): Promise<number> {
  const errors = text(child.stderr as Readable)
  const printed = once((child.stdout as Readable).setEncoding('utf8'), 'data')
  const ended = once(child, 'exit').then(async () => {
    throw new Error(`the machine did not boot: ${await errors}`)
  })
  const [pid] = await Promise.race([printed, ended])
  return Number(pid)
}

function machineOf(pid: number): Omit<Machine, typeof Symbol.asyncDispose> {
  const namespaces = ['mount', 'uts', 'ipc', 'net', 'pid', 'cgroup'].map(name => `--${name}`)
  const enter = ['--target', String(pid), ...namespaces, '--root', '--wd']
  const run = (...command: readonly string[]) =>
    new Promise<Ran>(done => {
      const options = { env: { PATH, SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0', LC_ALL: 'C.UTF-8' } }
      execFile('/usr/bin/nsenter', [...enter, ...command], options, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? -1), said: stdout + stderr }),
      )
    })
  return { pid, at: file => path.join(`/proc/${pid}/root`, file), run }
}

/** Waits until all units have started; `degraded` means that one has failed. */
async function waitUntilStarted({ run }: Pick<Machine, 'run'>): Promise<void> {
  let last = ''
  await eventually(
    async () => {
      last = (await run('systemctl', 'is-system-running')).said.trim()
      return /^(running|degraded)$/.test(last) || undefined
    },
    () => `the machine has not started: ${last}`,
  )
}
