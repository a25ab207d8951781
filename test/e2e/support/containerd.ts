/**
 * Runs a containerd on its own node: a directory that is its root, so that it uses the `/etc/containerd` of the node and
 * neither reads nor changes files of this machine.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as grpc from '@grpc/grpc-js'
import { type Cri, connectCri } from './cri.ts'

export interface Daemon {
  readonly pid: number
  readonly cri: Cri
  /** Whether the daemon still runs. */
  alive(): boolean
  /** The log so far. */
  log(): string
  /** Stops the daemon and waits until it has ended; its mounts end with it. */
  stop(): Promise<void>
}

const TIMEOUT_MS = 60_000
const RUNTIME_PARTS = ['usr', 'lib', 'lib64']

/**
 * Runs in its own mount namespace: $1 is the node, $2 the tree of the runtime. The files of the daemon are on a tmpfs,
 * because its overlay snapshots do not work on the overlay that is often the root of a container.
 */
const ENTER_NODE = `
set -e
node=$1 tree=$2
shift 2
mount --bind "$node" "$node"
for part in ${RUNTIME_PARTS.join(' ')}; do mount --bind "$tree/$part" "$node/$part"; done
for part in proc sys dev; do mount --rbind "/$part" "$node/$part"; done
mount -t tmpfs tmpfs "$node/var/lib/containerd"
exec chroot "$node" "$@"
`

/** Makes an empty node under `parent` and returns its path. */
export async function makeNode(parent: string): Promise<string> {
  const node = path.join(parent, 'node')
  const parts = [...RUNTIME_PARTS, 'etc/containerd', 'proc', 'sys', 'dev', 'run', 'tmp', 'var/lib/containerd']
  for (const part of parts) await fs.mkdir(path.join(node, part), { recursive: true })
  return node
}

/**
 * Starts the containerd of an unpacked tree on a node, with the config.toml of that node, and waits until its CRI responds.
 * `env` is its environment without PATH, `args` its command line.
 */
export async function startContainerd(
  tree: string,
  node: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<Daemon> {
  const daemon = launch(tree, node, env, args)
  try {
    await waitForCri(daemon)
    return daemon
  } catch (error) {
    await daemon.stop()
    throw new Error(`containerd is not ready: ${error}\n${daemon.log()}`)
  }
}

/** What a containerd does with its config.toml. */
export type StartResult = 'exits' | 'runs without CRI' | 'serves CRI'

/** Starts a containerd as above, runs `use` if its CRI responds, and stops it. */
export async function tryContainerd(
  tree: string,
  node: string,
  env: Record<string, string>,
  use: (daemon: Daemon) => Promise<void>,
): Promise<{ readonly result: StartResult; readonly log: string }> {
  const daemon = launch(tree, node, env, [])
  try {
    await waitForCri(daemon)
    await use(daemon)
    return { result: 'serves CRI', log: daemon.log() }
  } catch (error) {
    if (!daemon.alive()) return { result: 'exits', log: daemon.log() }
    if (isUnimplemented(error)) return { result: 'runs without CRI', log: daemon.log() }
    throw error
  } finally {
    await daemon.stop()
  }
}

function launch(tree: string, node: string, env: Record<string, string>, args: readonly string[]): Daemon {
  // Ends with the test run, also when that is killed: every step is an exec, so the pid is that of the daemon.
  const own = ['--pdeathsig', 'TERM', 'unshare', '--mount', '--propagation', 'private']
  const enter = ['sh', '-c', ENTER_NODE, 'sh', node, tree, '/usr/bin/containerd', ...args]
  const child = spawn('setpriv', [...own, ...enter], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return daemonOf(child, path.join(node, 'run/containerd/containerd.sock'))
}

function daemonOf(child: ChildProcess, socket: string): Daemon {
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', chunk => chunks.push(chunk))
  child.on('error', error => chunks.push(String(error)))
  const alive = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null
  const cri = connectCri(socket)
  return {
    pid: child.pid ?? 0,
    cri,
    alive,
    log: () => chunks.join(''),
    stop: async () => {
      cri.close()
      if (alive()) await stopProcess(child)
    },
  }
}

/** Sends SIGTERM, and SIGKILL after ten seconds. */
async function stopProcess(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(timer)
}

async function waitForCri(daemon: Daemon): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS
  for (;;) {
    try {
      await daemon.cri.version()
      return
    } catch (error) {
      if (!daemon.alive() || isUnimplemented(error) || Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}

/** containerd opens its socket when all plugins are loaded: a missing service stays missing. */
function isUnimplemented(error: unknown): boolean {
  return (error as Partial<grpc.ServiceError>).code === grpc.status.UNIMPLEMENTED
}
