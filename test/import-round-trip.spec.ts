/**
 * Import, then apply the list: containerd contacts the same endpoints as before, on every golden node and on random trees.
 * The endpoints come from the reader that real containerds prove.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { importList } from '../lib/list/imported/import-list.ts'
import { mayResolve } from '../lib/model/registry.ts'
import { openReader } from '../lib/system/reader.ts'
import { containerd } from '../lib/targets/containerd/containerd.ts'
import { targets } from '../lib/targets/index.ts'
import type { EffectiveEndpoint, PullRoute } from '../lib/targets/pull-route.ts'
import { hostsFiles, PLAIN_URLS } from './support/arbitrary/hosts-files.ts'
import { checkProperty } from './support/check-property.ts'
import {
  CERTS,
  CONFIG,
  CONFIGURED,
  observeTree,
  writeTree as writeFiles,
} from './support/containerd-snapshot.ts'
import { run } from './support/run.ts'
import { readTree, withDirectory, writeTree } from './support/tree.ts'

const NODES = path.join(import.meta.dirname, '../fixtures/nodes')
const NAMES = ['docker.io', 'quay.io', 'ghcr.io', 'reg.example', 'registry.example.com:5000', 'any.example']

/** By registry. Undefined where no pull works, or regmirror cannot know. */
type Contacts = Readonly<Record<string, readonly unknown[] | undefined>>

async function contactsOf(root: string, version: string): Promise<Contacts> {
  const snapshot = await observeTree(root, version)
  return Object.fromEntries(
    NAMES.map(name => [name, inOrder(containerd.endpoints(snapshot, `${name}/team/app:1`)[0])]),
  )
}

function inOrder({ failure, unknown, endpoints, ignored }: PullRoute): readonly unknown[] | undefined {
  // The order of such hosts is random in containerd too.
  const isRandom = ignored.some(({ message }) => message.includes('random order'))
  if (failure !== undefined || unknown !== undefined || isRandom) return undefined
  if (endpoints.some(({ problem }) => problem !== undefined) || !endpoints.some(mayResolve)) return undefined
  const all = endpoints.map(shown)
  // A host that is contacted again serves no more than before.
  return all.filter((one, i) => all.findIndex(other => other.url === one.url) === i)
}

/**
 * An endpoint without what a list decides or cannot say: mirrors have a dial_timeout, pulls need no push, an http host
 * has no TLS keys, and files have other names.
 */
function shown({ url, plainUrl, capabilities, skipVerify, ca, client, header }: EffectiveEndpoint) {
  const { origin, pathname } = new URL(plainUrl ?? url)
  const isHttp = origin.startsWith('http:')
  return {
    url: origin + pathname.replace(/\/$/, ''),
    capabilities: capabilities.filter(word => word !== 'push').sort(),
    ...(!isHttp && { skipVerify, tls: [ca.length, client.slice(0, 1).length] }),
    header: header.map(name => name.toLowerCase()).sort(),
  }
}

interface Imported {
  readonly text: string | undefined
  readonly unused: boolean
  /** Whether `*` has lost settings of the servers that it stands for: a list has none there, and a notice says so. */
  readonly lessForAny: boolean
}

/** Imports what the node has into `directory`. */
async function importInto(directory: string, root: string, version: string): Promise<Imported> {
  const node = openReader(root)
  const { text, files, losses } = await importList(await containerd.read(await observeTree(root, version)), {
    comments: [],
    targets,
    readPem: async file => {
      const bytes = await node.read(file)
      return bytes === undefined ? { why: 'does not exist' } : { text: bytes.toString('utf8') }
    },
  })
  for (const file of files) await fs.writeFile(path.join(directory, file.name), file.text, { mode: 0o600 })
  const settings = `\n[targets.containerd]\nversion = "${version}"\n`
  if (text !== undefined) await fs.writeFile(path.join(directory, 'mirrors.toml'), text + settings)
  const isLost = (what: RegExp) => losses.some(({ message }) => what.test(message))
  return {
    text,
    unused: isLost(/does not use these mirrors now/),
    lessForAny: isLost(/which "\*" cannot have/),
  }
}

/** Applies the list to the node, or where it has tables that must go first, to one that names the directory. */
async function applyTo(root: string, other: string, list: string): Promise<string> {
  const applied = await run(['apply', '--root', root, '-f', list])
  if (applied.code === 0) return root
  assert.match(applied.stderr, /^error: \/etc/)
  await writeFiles(other, { [CONFIG]: CONFIGURED })
  const again = await run(['apply', '--root', other, '-f', list])
  assert.equal(again.code, 0, again.stderr)
  return other
}

/** Whether there was anything to compare. */
async function assertRoundTrip(root: string, version: string): Promise<boolean> {
  return await withDirectory(async directory => {
    const before = await contactsOf(root, version)
    const { text, unused, lessForAny } = await importInto(directory, root, version)
    if (text === undefined || unused) return false
    const other = path.join(directory, 'node')
    await fs.mkdir(other)
    const after = await contactsOf(await applyTo(root, other, path.join(directory, 'mirrors.toml')), version)
    const isListed = (name: string) => text.includes(`[registries."${name}"]`)
    const known = NAMES.filter(name => before[name] !== undefined && (!lessForAny || isListed(name)))
    for (const name of known) assert.deepEqual(after[name], before[name], `${name} ${version}\n${text}`)
    return known.length > 0
  })
}

describe('import, then apply', () => {
  const folders = readdirSync(NODES).flatMap(name => [`${name}/before`, `${name}/after`])
  // What apply makes of one and the same list is compared once.
  const trees = folders.filter(
    folder =>
      existsSync(path.join(NODES, folder)) && !/^(config|default|imports|shape)-.*\/after$/.test(folder),
  )
  const versionsOf = (folder: string) => {
    const list = readFileSync(path.join(NODES, path.dirname(folder), 'mirrors.toml'), 'utf8')
    const [, version] = /^version = "(\d.*)"/m.exec(list) ?? []
    return version === undefined ? ['1.7.24', '2.1.9'] : [version]
  }
  let compared = 0

  for (const folder of trees) {
    it(`contacts the same as ${folder}`, async () => {
      for (const version of versionsOf(folder))
        await withDirectory(async root => {
          await writeTree(root, await readTree(path.join(NODES, folder)))
          if (await assertRoundTrip(root, version).catch(refusedNode)) compared += 1
        })
    })
  }
  after(() => assert.ok(compared > 20, `${compared} compared`))

  it('contacts the same on random nodes', async () => {
    const texts = fc.record({
      'docker.io': hostsFiles({ urls: PLAIN_URLS, wild: false }),
      'quay.io': hostsFiles({ urls: PLAIN_URLS, wild: false }),
      _default: hostsFiles({ urls: PLAIN_URLS, wild: false }),
      'registry.example.com_5000_': hostsFiles({ urls: PLAIN_URLS, wild: false }),
    })
    const version = fc.constantFrom('1.6.20', '1.7.24', '2.1.9', '2.3.4')
    const check = ([release, hosts]: readonly [string, Readonly<Record<string, string>>]) =>
      withDirectory(async root => {
        const files = Object.entries(hosts).map(([name, text]) => [`${CERTS}/${name}/hosts.toml`, text])
        await writeFiles(root, { [CONFIG]: CONFIGURED, ...Object.fromEntries(files) })
        await assertRoundTrip(root, release)
      })
    await checkProperty(fc.tuple(version, texts), 100, check, ([, hosts]) => JSON.stringify(hosts))
  })
})

/** Nodes that cannot be read at all have nothing to import. */
function refusedNode(error: unknown): false {
  if (error instanceof Error && /is a directory|link/.test(error.message)) return false
  throw error
}
