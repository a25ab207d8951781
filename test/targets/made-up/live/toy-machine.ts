/**
 * This machine in a mount namespace of its own: /srv and /var/lib are empty there, and /run belongs to no systemd. The files of
 * toy are in /srv/toy.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import { kill } from '../../../support/process.ts'
import type { Ran } from '../../../support/run.ts'
import { readTree, type Tree, writeTree } from '../../../support/tree.ts'
import { eventually } from '../../../support/watching.ts'
import type { Used } from './toyd.ts'

const MOUNT =
  'for place in /srv /var/lib /run; do mount -t tmpfs -o mode=755 tmpfs "$place"; done; mkdir -p /srv/toy; echo ready; exec sleep infinity'
const at = (name: string) => path.join(import.meta.dirname, name)

/** Paths in the machine. */
export const CONFIG = 'srv/toy/toy.json'
export const mirrorsFile = (registry: string) => `srv/toy/mirrors/${registry}.toml`

export const listOf = (...mirrors: readonly string[]) => `version = 1
[health]
interval = "1s"
[registries."quay.io"]
mirrors = ${JSON.stringify(mirrors)}
[targets.toy]
config = "/${CONFIG}"
mirrors_dir = "/srv/toy/mirrors"
`

/** The code of a command that was killed. */
export const KILLED = 137

export interface Toyd {
  readonly pid: number
  /** Ends it; the file with its id stays. */
  stop(): Promise<void>
}

export interface ToyMachine {
  empty(): Promise<void>
  /** Ends every daemon. */
  stopAll(): Promise<void>
  write(tree: Tree): Promise<void>
  chmod(file: string, mode: number): Promise<void>
  read(file: string): Promise<string>
  /** The files of toy, without those of its daemon, and the state folder. */
  tree(): Promise<Tree>
  /** Starts toyd, and stops it with the machine. */
  start(how?: 'reload' | 'ignore' | 'half' | 'end' | 'late'): Promise<Toyd>
  /** What the daemon uses. */
  used(): Promise<Used>
  /** Runs a command; `env`: more variables. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran>
  /** The same in a process of its own. */
  runAlone(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran>
  /** Starts a command that runs until it is stopped. */
  spawn(args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess
}

/** To use one after the other: `empty` ends what a test started, and removes its files. */
export async function openToyMachine(): Promise<ToyMachine & AsyncDisposable> {
  const namespace = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', MOUNT]
  const holder = spawn('setpriv', ['--pdeathsig', 'KILL', ...namespace], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(holder.stdout, 'data')
  assert.equal(String(line), 'ready\n')
  const children: ChildProcess[] = []
  const machine = machineOf(holder.pid ?? 0, children)
  return {
    ...machine,
    [Symbol.asyncDispose]: async () => {
      for (const child of [...children, holder]) await kill(child, 'SIGKILL')
    },
  }
}

function machineOf(pid: number, children: ChildProcess[]): ToyMachine {
  const root = `/proc/${pid}/root`
  const enter = ['--target', String(pid), '--mount', '--wd=/srv']
  const read = (file: string) => fs.readFile(path.join(root, file), 'utf8')
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawn('nsenter', [...enter, process.execPath, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  const daemons: ChildProcess[] = []
  const stopAll = async () => {
    for (const daemon of daemons.splice(0)) await kill(daemon, 'SIGKILL')
  }
  const server = openServer(() => start([at('cli.ts')]), children)
  return {
    read,
    stopAll,
    empty: async () => {
      await stopAll()
      for (const folder of ['srv', 'var/lib'])
        for (const name of await fs.readdir(path.join(root, folder)))
          await fs.rm(path.join(root, folder, name), { recursive: true })
      await fs.mkdir(path.join(root, 'srv/toy'))
    },
    write: tree => writeTree(root, tree),
    chmod: (file, mode) => fs.chmod(path.join(root, file), mode),
    tree: async () => {
      const isOther = (file: string) => /\/(toyd\.|hangups|unit|hidden|started)/.test(file)
      const toy = await readTree(path.join(root, 'srv/toy'), isOther)
      const lib = await readTree(path.join(root, 'var/lib'))
      return { ...toy, ...Object.fromEntries(Object.keys(lib).map(file => [`/var/lib/${file}`, ''])) }
    },
    start: async (how = 'reload') => {
      await fs.rm(path.join(root, 'srv/toy/toyd.pid'), { force: true })
      const child = start([at('toyd.ts'), '/srv/toy', how])
      children.push(child)
      daemons.push(child)
      child.stderr?.resume()
      const started = await eventually(
        async () => Number(await read('srv/toy/toyd.pid').catch(() => '')) || undefined,
        () => 'toyd does not start',
      )
      return { pid: started, stop: () => kill(child, 'SIGKILL') }
    },
    used: async () => JSON.parse((await server(['used'])).stdout),
    spawn: (args, env) => start([at('cli.ts'), ...args], env),
    run: server,
    runAlone: async (args, env) => {
      const child = start([at('cli.ts'), ...args], env)
      const output = Promise.all([textOf(child.stdout), textOf(child.stderr)])
      const [code, signal] = await once(child, 'close')
      const [stdout, stderr] = await output
      return { code: signal === 'SIGKILL' ? KILLED : (code ?? -1), stdout, stderr }
    },
  }
}

type RunCommand = ToyMachine['run']

/** Runs commands in one process, which is the last of the children. */
function openServer(start: () => ChildProcess, children: ChildProcess[]): RunCommand {
  let lines: AsyncIterator<string> | undefined
  let input: NodeJS.WritableStream | undefined
  return async (args, env = {}) => {
    if (lines === undefined) {
      const child = start()
      children.push(child)
      child.stderr?.pipe(process.stderr)
      input = child.stdin ?? undefined
      lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]()
    }
    input?.write(`${JSON.stringify([args, env])}\n`)
    const { value, done } = await lines.next()
    assert.ok(done !== true, 'the process of the commands ended')
    const ran = JSON.parse(value)
    assert.equal(ran.failed, undefined)
    return ran
  }
}
