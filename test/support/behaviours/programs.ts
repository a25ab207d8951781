/** Starts the programs of Debian that are hosts of behaviours. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Behaviour, Program } from './behaviour.ts'

const CACHE = path.resolve(import.meta.dirname, '../../../.cache/debian')

/** Where each program is, and how it runs in the foreground with a configuration. */
const PROGRAMS: Readonly<
  Record<
    Program['name'],
    { readonly tree: string; readonly binary: string; readonly args: (config: string) => readonly string[] }
  >
> = {
  nginx: { tree: 'nginx-trixie', binary: 'nginx', args: config => ['-e', 'stderr', '-c', config] },
  apache2: { tree: 'apache2-bin-trixie', binary: 'apache2', args: config => ['-X', '-f', config] },
  squid: { tree: 'squid-trixie', binary: 'squid-gnutls', args: config => ['-N', '-f', config] },
  'docker-registry': {
    tree: 'docker-registry-trixie',
    binary: 'docker-registry',
    args: config => ['serve', config],
  },
}

/** The trees of the programs that these behaviours run. */
export function programTrees(behaviours: readonly Behaviour[]): readonly string[] {
  const names = behaviours.flatMap(({ hosts }) =>
    Object.values(hosts).flatMap(({ program }) => program?.name ?? []),
  )
  return [...new Set(names)].map(name => PROGRAMS[name].tree)
}

export interface RunningProgram {
  readonly port: number
  stop(): Promise<void>
}

/** Resolves once it accepts connections. `fill` completes the configuration; `$TREE` is where the program is. */
export async function startProgram(
  { name, config, files = {} }: Program,
  fill: (text: string) => string,
): Promise<RunningProgram> {
  const { binary, args, ...where } = PROGRAMS[name]
  const tree = path.join(CACHE, where.tree)
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), `regmirror-${name}-`))
  const port = await freePort()
  const complete = (text: string) =>
    fill(text).replaceAll('$PORT', String(port)).replaceAll('$DIR', folder).replaceAll('$TREE', tree)
  for (const [file, text] of Object.entries({ config, ...files }))
    await fs.writeFile(path.join(folder, file), complete(text))
  // Such a program may change its user.
  await fs.chmod(folder, 0o777)
  const output: string[] = []
  const child = spawn(path.join(tree, 'launch', binary), args(path.join(folder, 'config')), {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', text => output.push(String(text)))
  await waitForPort(port, child, output)
  return {
    port,
    stop: async () => {
      await stop(child)
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'exit')
  child.kill('SIGKILL')
  await closed
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function waitForPort(port: number, child: ChildProcess, output: readonly string[]): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await accepts(port)) return
    await sleep(50)
  }
  throw new Error(`the program does not start: ${output.join('')}`)
}

async function accepts(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
