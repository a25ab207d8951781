/**
 * A node on its way from one list to another: with files of others, some of which we take over and some of which are
 * none of our business. Every kind of change comes up in the second apply.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { run } from '../../support/run.ts'
import { writeTree } from '../../support/tree.ts'
import { registryTable, TLS } from './bench.ts'
import { defaultConfig, treeOf } from './runtimes.ts'
import { copyTree } from './snapshot.ts'

export const CONFIG = 'etc/containerd/config.toml'
export const HOSTS_DIR = 'etc/containerd/certs.d'

const CLIENT = `client = { cert = "${TLS}/client.pem", key = "${TLS}/client-key.pem" }`
const mirror = (url: string, ...keys: readonly string[]) => `{ ${[`url = "${url}"`, ...keys].join(', ')} }`

const FIRST = [
  registryTable('*', ['https://a.test']),
  registryTable('docker.io', ['https://a.test']),
  registryTable('quay.io', [mirror('https://a.test', `ca = "${TLS}/ca.pem"`)]),
  registryTable('ghcr.io', ['https://a.test']),
  registryTable('left.test', [mirror('https://a.test', `ca = "${TLS}/ca.pem"`, CLIENT)]),
  registryTable('port.test:5000', [mirror('https://a.test', CLIENT)]),
  registryTable('linked.test', ['https://a.test']),
]

/** `*` comes first: its new mirrors must not be used for a registry that leaves or joins the list. */
const SECOND = [
  registryTable('*', ['https://b.test']),
  registryTable('docker.io', ['https://b.test', 'https://a.test']),
  registryTable('quay.io', [mirror('https://b.test', `ca = "${TLS}/loopback.pem"`)]),
  registryTable('adopted.test', ['https://b.test']),
  registryTable('joined.test', [mirror('https://b.test', `ca = "${TLS}/ca.pem"`, CLIENT)]),
  registryTable('closed.test', ['https://b.test', 'https://c.test'], 'fallback = false'),
  registryTable('port.test:5000', [mirror('https://b.test', CLIENT)]),
  registryTable('linked.test', ['https://b.test']),
]

/** Every registry of the lists, one that only `*` covers, and one of another program. */
export const REGISTRIES = [
  ...new Set([...FIRST, ...SECOND].map(table => /"(.+?)"/.exec(table)?.[1] ?? '')),
  'unlisted.test',
  'foreign.test',
].filter(name => name !== '*')

/** Without a `[host]` containerd 1.7 would not read them. */
const FOREIGN = {
  'etc/hostname': 'node\n',
  'opt/linked/notes': 'behind a link\n',
  'var/lib/other/data': 'not managed\n',
  [`${HOSTS_DIR}/README`]: 'look here\n',
  [`${HOSTS_DIR}/docker.io/hosts.toml`]: 'server = "https://registry-1.docker.io"\n[host]\n',
  [`${HOSTS_DIR}/docker.io/notes`]: 'mine\n',
  [`${HOSTS_DIR}/adopted.test/hosts.toml`]: '[host."https://theirs.test"]\n  ca = "theirs.pem"\n',
  [`${HOSTS_DIR}/foreign.test/hosts.toml`]: 'server = "https://foreign.test"\n[host]\n',
  [`${HOSTS_DIR}/linked.test`]: '-> ../../../opt/linked',
}

export interface CrashNodes {
  /** The directory of the nodes. */
  readonly home: string
  /** Roots of the node before regmirror, with the first list, and with the second list. */
  readonly first: string
  readonly between: string
  readonly last: string
  /** The command that leads from `between` to `last`. */
  readonly apply: readonly string[]
  close(): Promise<void>
}

/** Makes the nodes, in memory where possible. */
export async function makeCrashNodes(): Promise<CrashNodes> {
  const home = await fs.mkdtemp(path.join(await quickDirectory(), 'regmirror-crash-'))
  const at = (name: string) => path.join(home, name)
  const apply = async (name: string, tables: readonly string[]) => {
    const text = `version = 1\n${tables.join('')}[targets.containerd]\nversion = "1.7"\n`
    await fs.writeFile(at(name), text)
    return ['apply', '-f', at(name), '--allow-files-from', TLS]
  }
  const lists = [await apply('first.toml', FIRST), await apply('second.toml', SECOND)] as const
  const nodes = { first: at('first'), between: at('between'), last: at('last') }
  await makeFirst(nodes.first)
  await copyTree(nodes.first, nodes.between)
  await runSuccessfully(lists[0], nodes.between)
  // As if a reinstalled package had brought its config.toml back: the next apply must edit it again.
  await fs.copyFile(path.join(nodes.first, CONFIG), path.join(nodes.between, CONFIG))
  await copyTree(nodes.between, nodes.last)
  await runSuccessfully(lists[1], nodes.last)
  return { home, ...nodes, apply: lists[1], close: () => fs.rm(home, { recursive: true }) }
}

async function makeFirst(root: string): Promise<void> {
  await writeTree(root, { ...FOREIGN, [CONFIG]: defaultConfig(treeOf('containerd-trixie')) })
  const adopted = path.join(root, HOSTS_DIR, 'adopted.test')
  await fs.writeFile(path.join(adopted, 'theirs.pem'), await fs.readFile(path.join(TLS, 'ca.pem')))
  await fs.chmod(path.join(adopted, 'hosts.toml'), 0o640)
  await fs.chown(path.join(adopted, 'hosts.toml'), 0, 65534)
  await fs.chmod(path.join(root, HOSTS_DIR, 'docker.io/hosts.toml'), 0o600)
}

/** Runs a command in this process, which must succeed. */
async function runSuccessfully(args: readonly string[], root: string): Promise<void> {
  const { code, stdout, stderr } = await run([...args, '--root', root])
  assert.equal(code, 0, `${args[0]} failed\n${stdout}${stderr}`)
}

async function quickDirectory(): Promise<string> {
  try {
    await fs.access('/dev/shm', fs.constants.W_OK)
    return '/dev/shm'
  } catch {
    return os.tmpdir()
  }
}
