/**
 * A containerd that runs on a node of its own: a directory which is the daemon's root, so that its
 * `/etc/containerd` is the node's and nothing of this machine is read or changed.
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
  /** Whether it still runs. */
  alive(): boolean
  /** Everything it logged so far. */
  log(): string
  /** Ends it and waits until it is gone. Every mount it had goes with it. */
  stop(): Promise<void>
}

const PATIENCE_MS = 60_000
const RUNTIME_PARTS = ['usr', 'lib', 'lib64']

/**
 * Runs in a mount namespace of its own: $1 is the node, $2 the runtime's tree. The daemon's own files are on
 * a tmpfs, because its overlay snapshots cannot stand on the overlay that a container's root often is.
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

/** Makes an empty node under `parent` and gives its path. */
export async function makeNode(parent: string): Promise<string> {
  const node = path.join(parent, 'node')
  const parts = [...RUNTIME_PARTS, 'etc/containerd', 'proc', 'sys', 'dev', 'run', 'tmp', 'var/lib/containerd']
  for (const part of parts) await fs.mkdir(path.join(node, part), { recursive: true })
  return node
}

/**
 * Starts the containerd of an unpacked tree on a node, with nothing but that node's config.toml, and waits
 * until its CRI answers. `env` is its whole environment but for PATH, `args` its command line.
 */
export async function startContainerd(
  tree: string,
  node: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<Daemon> {
  const daemon = launch(tree, node, env, args)
  try {
    await ready(daemon)
    return daemon
  } catch (error) {
    await daemon.stop()
    throw new Error(`containerd did not get ready: ${error}\n${daemon.log()}`)
  }
}

/** What a containerd makes of its config.toml: it exits, it runs without CRI, or it serves pulls. */
export type Fate = 'exits' | 'runs without CRI' | 'serves CRI'

/** Starts a containerd on a node as above, lets `use` look at it when its CRI answers, and stops it. */
export async function fateOf(
  tree: string,
  node: string,
  env: Record<string, string>,
  use: (daemon: Daemon) => Promise<void>,
): Promise<{ readonly fate: Fate; readonly log: string }> {
  const daemon = launch(tree, node, env, [])
  try {
    await ready(daemon)
    await use(daemon)
    return { fate: 'serves CRI', log: daemon.log() }
  } catch (error) {
    if (!daemon.alive()) return { fate: 'exits', log: daemon.log() }
    if (isUnimplemented(error)) return { fate: 'runs without CRI', log: daemon.log() }
    throw error
  } finally {
    await daemon.stop()
  }
}

function launch(tree: string, node: string, env: Record<string, string>, args: readonly string[]): Daemon {
  // Dies with the test run, also when that is killed: every step here is an exec, so the pid is the daemon's.
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
      if (alive()) await end(child)
    },
  }
}

/** SIGTERM, and SIGKILL for one that does not heed it. */
async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(timer)
}

async function ready(daemon: Daemon): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
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

/** containerd serves its socket once all plugins are loaded: what it does not know then, it will never know. */
function isUnimplemented(error: unknown): boolean {
  return (error as Partial<grpc.ServiceError>).code === grpc.status.UNIMPLEMENTED
}
