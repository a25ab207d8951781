/**
 * For any list and any files of a node, regmirror either refuses and changes nothing, or writes a drop-in that the library
 * accepts and uses; `restore` puts every byte back. The oracle (registries-conf-rules.ts) shares no code with regmirror.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { checkProperty } from '../../support/check-property.ts'
import { type TestNode, withNode } from '../../support/node.ts'
import { type AcceptedRegistry, acceptDropIn, canRewrite } from '../../support/registries-conf-rules.ts'
import { readTree, type Tree } from '../../support/tree.ts'

interface ListedMirror {
  readonly url: string
  readonly skip_verify?: boolean
  readonly capabilities?: readonly string[]
}

interface ListedRegistry {
  readonly name: string
  readonly fallback: boolean
  readonly server?: string
  readonly mirrors: readonly ListedMirror[]
}

/** Mostly usual ones: one that no image name can have refuses the whole list. */
const host = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom('a.example', 'b.example:5000', '10.0.0.1', 'localhost:5000', 'quay.io'),
  },
  { weight: 1, arbitrary: fc.constantFrom('mirror', 'a_b.example', '[::1]:5000') },
)
const urlPath = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('', '/v2/hub', '/v2/a/b-c', '/hub/v2') },
  { weight: 1, arbitrary: fc.constantFrom('/v2/Hub', '/v2/a..b', '/v2/~x') },
)
const url = fc
  .tuple(fc.constantFrom('https', 'http'), host, urlPath)
  .map(([scheme, at, path]) => `${scheme}://${at}${path}`)

/** A list refuses `skip_verify` without TLS. */
const mirror: fc.Arbitrary<ListedMirror> = fc
  .record(
    {
      url,
      skip_verify: fc.boolean(),
      capabilities: fc.constantFrom(['pull'], ['pull', 'resolve'], ['pull', 'resolve', 'push']),
    },
    { requiredKeys: ['url'] },
  )
  .map(({ skip_verify, ...one }) => ({
    ...one,
    ...(skip_verify !== undefined && one.url.startsWith('https:') && { skip_verify }),
  }))

const registry = fc.record(
  {
    name: fc.constantFrom('docker.io', 'quay.io', 'reg.example:5000', 'reg.example', '*'),
    fallback: fc.boolean(),
    server: fc.constantFrom(
      'https://hub.example',
      'http://hub.example:8080/v2/hub',
      'https://quay.io',
      'https://h.example/x/v2',
    ),
    mirrors: fc.uniqueArray(mirror, { minLength: 1, maxLength: 3, selector: one => one.url }),
  },
  { requiredKeys: ['name', 'fallback', 'mirrors'] },
)

const lists: fc.Arbitrary<readonly ListedRegistry[]> = fc.uniqueArray(
  registry.map(({ server, ...one }) => ({
    ...one,
    fallback: one.fallback || one.name === '*',
    ...(server !== undefined && one.fallback && one.name !== '*' && { server }),
  })),
  { minLength: 1, maxLength: 3, selector: ({ name }) => name },
)

const otherFile = fc
  .tuple(
    fc.constantFrom('docker.io', 'quay.io', 'reg.example', '*.example', 'docker.io/library'),
    fc.constantFrom('', 'location = "other.example"\n', 'location = "docker.io"\n'),
    fc.constantFrom('', 'insecure = true\n', 'blocked = true\n', 'mirror-by-digest-only = true\n'),
    fc.constantFrom(
      '',
      '[[registry.mirror]]\nlocation = "a.example"\n',
      '[[registry.mirror]]\nlocation = "c.example"\n',
      '[[registry.mirror]]\nlocation = "http://x"\n',
    ),
  )
  .map(
    ([prefix, location, flags, mirrors]) =>
      `[[registry]]\nprefix = "${prefix}"\n${location || (prefix.startsWith('*') ? '' : `location = "${prefix}"\n`)}${flags}${mirrors}`,
  )

const DIRECTORY = 'etc/containers/registries.conf.d'
const otherFiles = fc.dictionary(
  fc.constantFrom(
    'etc/containers/registries.conf',
    `${DIRECTORY}/10-a.conf`,
    `${DIRECTORY}/95-z.conf`,
    'root/.config/containers/registries.conf.d/10-r.conf',
  ),
  otherFile,
  { maxKeys: 2 },
)

const files: fc.Arbitrary<Tree> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: otherFiles },
)

function listText(registries: readonly ListedRegistry[]): string {
  const tables = registries.map(({ name, fallback, server, mirrors }) => {
    const items = mirrors.map(
      one =>
        `{ ${Object.entries(one)
          .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
          .join(', ')} }`,
    )
    const keys = [...(fallback ? [] : ['fallback = false']), ...(server ? [`server = "${server}"`] : [])]
    return `[registries."${name}"]\n${keys.join('\n')}\nmirrors = [${items.join(', ')}]\n`
  })
  return `version = 1\n${tables.join('')}[targets.containers]\nversion = "5.8"\n`
}

/** The list says the same about a location whatever its scheme. */
function locationOf(text: string): string {
  const { protocol, host, pathname } = new URL(text)
  const port = protocol === 'http:' && !/:\d+$/.test(host) ? ':80' : ''
  return `${host}${port}${pathname.replace(/^\/v2\//, '/').replace(/\/$/, '')}`
}

/** Of the files as they are merged: the last table of each prefix, the first one of each file. */
function merged(tree: Tree): Map<string, AcceptedRegistry> {
  const order = Object.keys(tree).filter(file => file.endsWith('.conf'))
  const rank = (file: string) =>
    file === 'etc/containers/registries.conf' ? 0 : file.startsWith('etc/') ? 1 : 2
  const tables = new Map<string, AcceptedRegistry>()
  for (const file of order.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)))
    for (const table of acceptDropIn(tree[file] ?? '').toReversed()) tables.set(table.prefix, table)
  return tables
}

function assertUsed(
  { name, fallback, server, mirrors }: ListedRegistry,
  tables: ReadonlyMap<string, AcceptedRegistry>,
): void {
  const table = tables.get(name)
  if (name === '*') {
    assert.equal(table, undefined)
    return
  }
  assert.ok(table, `${name} has a table`)
  const kept = mirrors.filter(({ url }) => !/\/hub\/v2$/.test(url))
  const wanted = [...new Set(kept.map(({ url }) => locationOf(url)))]
  assert.deepEqual(
    table.mirrors.map(({ location }) => location),
    wanted,
  )
  for (const location of [table.location, ...wanted]) assert.ok(canRewrite(location, 'a/b'), location)
  for (const { location, insecure, pull } of table.mirrors) {
    const [first] = kept.filter(({ url }) => locationOf(url) === location)
    assert.equal(insecure, first?.url.startsWith('http:') || first?.skip_verify === true, location)
    if (first?.capabilities && !first.capabilities.includes('resolve')) assert.equal(pull, 'digest-only')
  }
  if (!fallback) assert.deepEqual([table.blocked, table.location], [true, name])
  if (server !== undefined && !table.blocked) assert.equal(table.location, locationOf(server))
  // A mirror is looked up as a registry of its own, and must not be blocked there.
  for (const location of wanted)
    for (const other of tables.values())
      if (location === other.prefix || location.startsWith(`${other.prefix}/`))
        assert.ok(!other.blocked, `${location} is blocked`)
}

async function check(node: TestNode, registries: readonly ListedRegistry[]): Promise<boolean> {
  const skipState = (file: string) => file.startsWith('/var')
  const before = await readTree(node.root, skipState)
  const done = await node.run('apply')
  const after = await readTree(node.root, skipState)
  if (done.code === 2) {
    assert.deepEqual(after, before, 'a refusal changes nothing')
    assert.doesNotMatch(done.stderr, /\bat .*\.ts:/)
    return false
  }
  assert.equal(done.code, 0, done.stderr)
  const isWritten = registries.some(({ name }) => name !== '*')
  const tables = isWritten ? merged(after) : new Map<string, AcceptedRegistry>()
  for (const one of registries) assertUsed(one, tables)
  assert.match((await node.run('plan')).stdout, /^nothing to do/)
  assert.equal((await node.run('restore')).code, 0)
  assert.deepEqual(await readTree(node.root, skipState), before)
  return true
}

describe('registries.conf', () => {
  it('gets a drop-in that is accepted and used, or nothing is changed', async () => {
    let applied = 0
    await checkProperty(
      fc.tuple(lists, files),
      400,
      async ([registries, tree]) => {
        const isApplied = await withNode(
          { 'etc/': undefined, ...tree },
          node => check(node, registries),
          listText(registries),
        )
        applied += Number(isApplied)
      },
      ([registries, tree]) => `${listText(registries)}\n${JSON.stringify(tree, null, 1)}`,
    )
    assert.ok(applied > 10, `${applied} lists were applied`)
  })
})
