/** A node with its own names: a namespace with files in /etc, a DNS server and a registry. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Zone } from '../../support/dns-server.ts'
import { kill } from '../../support/process.ts'
import type { LoggedRequest } from '../../support/registry.ts'
import { withDirectory } from '../../support/tree.ts'

const SERVERS = path.join(import.meta.dirname, 'names-servers.ts')

export interface EtcFiles {
  readonly nsswitch?: string
  readonly resolvConf?: string
  readonly hosts?: string
}

export interface NamesNode {
  /** A command that runs a program there. */
  readonly wrapper: readonly string[]
  /** A directory of the test, visible inside and outside. */
  readonly directory: string
  /** The port of the registry, at 127.0.0.1. */
  readonly port: number
  /** Changes files of /etc in place. */
  write(files: EtcFiles): Promise<void>
  /** Requests to the registry and queries to the DNS servers so far. */
  readLog(): Promise<{ requests: readonly LoggedRequest[]; queries: readonly string[] }>
}

const SETUP = `ip link set lo up
for file in nsswitch.conf resolv.conf hosts; do mount --bind "$0/$file" "/etc/$file"; done
echo ready
exec cat`

const USUAL: Required<EtcFiles> = {
  nsswitch: 'hosts: files dns\n',
  resolvConf: 'nameserver 127.0.0.1\n',
  hosts: '127.0.0.1 localhost\n',
}

/** Names outside the zone do not exist. DNS is served at `addresses`. */
export async function withNamesNode<T>(
  zone: Zone,
  files: EtcFiles,
  use: (node: NamesNode) => Promise<T>,
  addresses: readonly string[] = ['127.0.0.1'],
): Promise<T> {
  return await withDirectory(async directory => {
    const write = (some: EtcFiles) => writeEtc(directory, some)
    await write({ ...USUAL, ...files })
    const zoneFile = path.join(directory, 'zone.json')
    await fs.writeFile(zoneFile, JSON.stringify(zone))
    const holder = start(['unshare', '--mount', '--net', 'sh', '-ec', SETUP, directory])
    let servers: ReturnType<typeof start> | undefined
    try {
      await holder.line()
      const wrapper = ['nsenter', '--target', String(holder.child.pid), '--mount', '--net', '--']
      servers = start([...wrapper, process.execPath, SERVERS, zoneFile, ...addresses])
      const { line, child } = servers
      const port = Number(await line())
      const readLog = async () => {
        child.stdin?.write('\n')
        return JSON.parse(await line())
      }
      return await use({ wrapper, directory, port, write, readLog })
    } finally {
      if (servers !== undefined) await kill(servers.child, 'SIGKILL')
      await kill(holder.child, 'SIGKILL')
    }
  })
}

async function writeEtc(directory: string, { nsswitch, resolvConf, hosts }: EtcFiles): Promise<void> {
  const files = { 'nsswitch.conf': nsswitch, 'resolv.conf': resolvConf, hosts }
  for (const [name, text] of Object.entries(files))
    if (text !== undefined) await fs.writeFile(path.join(directory, name), text)
}

/** Starts a process; `line` waits for its next line. */
function start(command: readonly string[]): { child: ChildProcess; line: () => Promise<string> } {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: Interface = createInterface(child.stdout as NodeJS.ReadableStream)
  const each = lines[Symbol.asyncIterator]()
  const gone = once(child, 'exit').then(() => undefined)
  const line = async () => {
    const next = await Promise.race([each.next(), gone])
    if (next === undefined || next.done) throw new Error(`${command.join(' ')} ended`)
    return next.value
  }
  return { child, line }
}
