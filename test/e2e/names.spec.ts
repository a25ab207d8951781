/** Name lookups: the same results as containerd, and names that hang do not delay the others. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { ProbeReport } from '../../lib/model/report.ts'
import { type LookupOrder, lookupOrder } from '../../lib/probe/dns/nsswitch.ts'
import { parseResolvConf } from '../../lib/probe/dns/resolv-conf.ts'
import type { Zone } from '../support/dns-server.ts'
import { spawnCli } from '../support/process.ts'
import { eventually, watching, withPlace } from '../support/watching.ts'
import { type EtcFiles, type NamesNode, withNamesNode } from './support/names-node.ts'
import { launcher, needMounts, needRuntime } from './support/runtimes.ts'

const COMPARE = path.join(import.meta.dirname, 'support/names-compare.ts')

type Found = readonly string[] | string

/** The addresses that regmirror and the C library find. */
function compare(
  { wrapper }: NamesNode,
  names: readonly string[],
): Record<string, { regmirror: Found; libc: Found }> {
  const [program = '', ...args] = [...wrapper, process.execPath, COMPARE, ...names]
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8', timeout: 120_000 }))
}

/** The addresses in any order, or `none`. */
const setOf = (found: Found) => (typeof found === 'string' ? 'none' : [...found].sort())

const ZONE: Zone = {
  'a.test': { a: ['127.0.0.1'] },
  'both.test': { a: ['127.0.0.1'], aaaa: ['::1'] },
  'six.test': { aaaa: ['::1'] },
  'alias.test': { cname: 'second.test' },
  'second.test': { cname: 'a.test' },
  'dangling.test': { cname: 'nothing.test' },
  'failing.test': { rcode: 2 },
  'refused.test': { rcode: 5 },
  'big.test': { truncated: true, a: Array.from({ length: 100 }, (_, i) => `127.0.1.${i}`) },
  'under_score.test': { a: ['127.0.0.2'] },
  'short.corp.test': { a: ['127.0.0.1'] },
  'x.y.corp.test': { a: ['127.0.0.1'] },
  'many.dots.here.test': { a: ['127.0.0.1'] },
  'empty.test': {},
}

const RESOLV_CONF =
  'nameserver 127.0.0.1\nsearch corp.test other.test\noptions ndots:2 timeout:1 attempts:1\n'

const HOSTS = `# of the test
127.0.0.1 localhost
::1 localhost ip6
127.0.0.3 Listed.Test listed # alias.test
127.0.0.4\tlisted.test
127.0.0.5 under_hosts a.hosts.test
127.1 old.hosts.test
`

const NAMES = [
  ...Object.keys(ZONE),
  ...['A.Test', 'a.test.', 'short', 'short.', 'x.y', 'x.y.corp', 'nothing.test', 'nothing'],
  ...['localhost', 'ip6', 'listed', 'LISTED.test', 'under_hosts', 'a.hosts.test', 'old.hosts.test'],
  ...['-x.test', 'a..test', 'a.onion', 'here.test'],
]

describe('names', () => {
  before(function () {
    needMounts(this)
  })

  const systems: readonly (readonly [string, EtcFiles])[] = [
    ['search domains and ndots:2', { resolvConf: RESOLV_CONF }],
    [
      'one domain, and a first server that does not respond',
      { resolvConf: 'domain corp.test\nnameserver 127.0.0.9\nnameserver 127.0.0.1\n' },
    ],
    ['DNS before the file', { nsswitch: 'hosts: dns files\n' }],
    ['only the file', { nsswitch: 'passwd: files\nhosts:\tfiles # alone\n' }],
    ['no hosts line', { nsswitch: 'passwd: files\n', resolvConf: '' }],
  ]
  for (const [title, files] of systems) {
    it(`have the addresses that the C library finds: ${title}`, async () => {
      await withNamesNode(ZONE, { hosts: HOSTS, ...files }, async node => {
        const found = Object.entries(compare(node, NAMES))
        const sets = (which: 'regmirror' | 'libc') =>
          Object.fromEntries(found.map(([name, both]) => [name, setOf(both[which])]))
        assert.deepEqual(sets('regmirror'), sets('libc'))
      })
    })
  }

  it('are resolved as Go does where the C library differs: aliases with a final dot, numbers', async () => {
    await withNamesNode(ZONE, { hosts: HOSTS }, async node => {
      const found = compare(node, ['listed.test.', '123'])
      assert.deepEqual(found['listed.test.']?.regmirror, ['127.0.0.3', '127.0.0.4'])
      assert.equal(found['123']?.regmirror, 'ENOTFOUND')
    })
  })

  it('follow a resolv.conf that changes while regmirror runs', async () => {
    const zone: Zone = { 'moving.test': { a: ['127.0.0.1'] } }
    await withNamesNode(
      zone,
      { resolvConf: 'nameserver 127.0.0.9\noptions timeout:1 attempts:1\n' },
      async node => {
        await withPlace(async ({ args, list, hosts }) => {
          await fs.writeFile(list, watchedList([`http://moving.test:${node.port}`]))
          await watching(
            args,
            async watcher => {
              await watcher.until(/moving\.test.*(127\.0\.0\.9)/)
              await node.write({ resolvConf: 'nameserver 127.0.0.1\n' })
              await eventually(
                async () => ((await node.readLog()).requests.length > 0 ? true : undefined),
                () => `never probed: ${watcher.log()}`,
              )
              await eventually(
                async () => (/moving\.test/.test((await hosts()) ?? '') ? true : undefined),
                () => `not returned: ${watcher.log()}`,
              )
            },
            {},
            '',
            node.wrapper,
          )
        })
      },
    )
  })
})

/** A list for watch; one registry serves all names, and its log shows the Host of each request. */
const watchedList = (urls: readonly string[]) =>
  `version = 1\n[health]\ninterval = "5s"\n[registries."docker.io"]\nserver = "http://127.0.0.1:9"\nmirrors = ${JSON.stringify(urls)}\n`

const USUAL_SERVER = 'nameserver 127.0.0.1\n'
const COUNT = 200
const numbered = (kind: string) => Array.from({ length: COUNT }, (_, i) => `${kind}${i}.test`)
const CROWD: Zone = {
  ...Object.fromEntries(numbered('hangs').map(name => [name, { silent: true }])),
  ...Object.fromEntries(numbered('works').map(name => [name, { a: ['127.0.0.1'] }])),
}
/** The worst order: all names that hang come first. */
const crowdAt = (port: number) =>
  [...numbered('hangs'), ...numbered('works')].map(name => `http://${name}:${port}`)

/** The host names in the requests to the registry. */
async function requestedHosts({ readLog, port }: NamesNode): Promise<readonly string[]> {
  const hosts = (await readLog()).requests.map(({ host }) => host.replace(`:${port}`, ''))
  return [...new Set(hosts)].sort()
}

/** Two hundred names that hang for seconds are looked up a few at a time, and more than once. */
const CROWD_PATIENCE_MS = 240_000

describe('names: 200 that hang and 200 that work', () => {
  before(function () {
    needMounts(this)
  })

  it('reports the mirrors whose names work as healthy', async () => {
    await withNamesNode(CROWD, {}, async node => {
      const list = path.join(node.directory, 'mirrors.toml')
      await fs.writeFile(list, watchedList(crowdAt(node.port)))
      const { stdout, stderr } = await spawnCli(
        ['probe', '-f', list, '--format', 'json', '--samples', '1'],
        process.env,
        node.wrapper,
      )
      const { probes } = JSON.parse(stdout) as ProbeReport
      const probesOf = (kind: string) => probes.filter(({ url }) => url.includes(kind))
      const works = probesOf('works').filter(({ status }) => status === 'healthy')
      assert.equal(
        works.length,
        COUNT,
        `${stderr}${JSON.stringify(probesOf('works').find(p => p.status !== 'healthy'))}`,
      )
      assert.deepEqual(new Set(probesOf('hangs').map(({ reason }) => reason)), new Set(['dns']))
      assert.deepEqual(await requestedHosts(node), numbered('works').sort())
    })
  })

  it('reports them as healthy with lookups by the C library too', async () => {
    // A source that Go leaves to the C library, which has no such module and continues.
    const files = {
      nsswitch: 'hosts: files wins dns\n',
      resolvConf: `${USUAL_SERVER}options timeout:1 attempts:1\n`,
    }
    await withNamesNode(CROWD, files, async node => {
      const list = path.join(node.directory, 'mirrors.toml')
      const some = [...numbered('hangs').slice(0, 8), ...numbered('works').slice(0, 8)]
      await fs.writeFile(list, watchedList(some.map(name => `http://${name}:${node.port}`)))
      const args = ['probe', '-f', list, '--format', 'json', '--samples', '1']
      const { stdout } = await spawnCli(args, { ...process.env, UV_THREADPOOL_SIZE: '4' }, node.wrapper)
      const { probes } = JSON.parse(stdout) as ProbeReport
      const works = probes.filter(({ url }) => url.includes('works'))
      assert.deepEqual(
        works.map(({ status, detail }) => [status, detail]),
        works.map(() => ['healthy', undefined]),
      )
    })
  })

  it('keeps them in hosts.toml in watch, and removes the others', async () => {
    await withNamesNode(CROWD, {}, async node => {
      await withPlace(async ({ args, list, hosts }) => {
        await fs.writeFile(list, watchedList(crowdAt(node.port)))
        const listed = async (kind: string) =>
          ((await hosts()) ?? '').match(new RegExp(`^\\[host\\."http://${kind}\\d+\\.test`, 'gm'))?.length ??
          0
        await watching(
          args,
          async watcher => {
            await eventually(
              async () =>
                (await listed('works')) === COUNT && (await listed('hangs')) === 0 ? true : undefined,
              () => `still listed: ${watcher.log().slice(-2000)}`,
              CROWD_PATIENCE_MS,
            )
            assert.doesNotMatch(watcher.log(), /works\d+\.test.*(unhealthy|removed)/)
          },
          {},
          '',
          node.wrapper,
        )
        assert.deepEqual(await requestedHosts(node), numbered('works').sort())
      })
    })
  })
})

const SUITES = ['containerd-bookworm', 'containerd-trixie', 'containerd-sid'] as const

for (const suite of SUITES) {
  describe(`names: compared with ${suite}`, () => {
    before(function () {
      needRuntime(this, suite, true)
    })

    /** Runs containerd's client. Gives the lookup order of Go's debug output, and whether the pull succeeded. */
    const pull = ({ wrapper, port }: NamesNode, name: string, env: NodeJS.ProcessEnv = {}) => {
      const image = `${name}:${port}/library/canary:latest`
      const ctr = [launcher(suite, 'ctr'), 'content', 'fetch-object', '--plain-http', image]
      const [program = '', ...args] = [...wrapper, 'timeout', '60', ...ctr]
      const { status, stderr } = spawnSync(program, args, {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, GODEBUG: 'netdns=2', ...env },
      })
      return { pulled: status === 0, order: /hostLookupOrder\(\S*\) = (\S+)/.exec(stderr)?.[1] }
    }

    interface Row {
      readonly nsswitch: string
      readonly resolvConf?: string
      readonly name?: string
      readonly env?: NodeJS.ProcessEnv
    }
    const ORDERS: readonly Row[] = [
      ...[
        'hosts: files dns',
        'hosts: dns files',
        'hosts: files',
        'hosts: dns',
        'passwd: files',
        'hosts: files myhostname mdns4_minimal [NOTFOUND=return] dns',
        'hosts: files [NOTFOUND=return] dns',
        'hosts: files [SUCCESS=return] dns',
        'hosts: files dns [!UNAVAIL=return]',
        'hosts: files [!SUCCESS=continue] dns',
        'hosts: mymachines files dns',
        'hosts: files resolve [!UNAVAIL=return] dns',
        'hosts: files ldap dns',
        'hosts: files [broken dns',
        'no colon here\nhosts: files dns',
      ].map(nsswitch => ({ nsswitch })),
      { nsswitch: 'hosts: files myhostname dns', name: 'localhost' },
      { nsswitch: 'hosts: files mdns4_minimal [NOTFOUND=return] dns', name: 'a.local' },
      ...[
        'options rotate single-request timeout:3 ndots:3',
        // Go 1.19 leaves these two to the C library, which finds the same.
        ...(suite === 'containerd-bookworm' ? [] : ['options edns0 trust-ad']),
        'options inet6',
        'sortlist 10.0.0.0',
      ].map(line => ({ nsswitch: 'hosts: files dns', resolvConf: `nameserver 127.0.0.1\n${line}\n` })),
      { nsswitch: 'hosts: files dns', env: { LOCALDOMAIN: '' } },
      { nsswitch: 'hosts: files dns', env: { RES_OPTIONS: 'ndots:2' } },
    ]

    it('uses the C library for the same names as containerd', async () => {
      await withNamesNode({ 'a.test': { a: ['127.0.0.1'] } }, {}, async node => {
        const rows: (readonly [row: string, regmirror: string, containerd: string | undefined])[] = []
        for (const row of ORDERS) {
          const { resolvConf = 'nameserver 127.0.0.1\n', name = 'a.test', env = {} } = row
          const nsswitch = `${row.nsswitch}\n`
          await node.write({ nsswitch, resolvConf })
          const dns = parseResolvConf(resolvConf, 'node')
          const system = { nsswitch, dns, mdnsAllow: false, hostName: 'node', env }
          rows.push([JSON.stringify(row), goName(lookupOrder(name, system)), pull(node, name, env).order])
        }
        assert.deepEqual(
          rows.map(([row, regmirror]) => [row, regmirror]),
          rows.map(([row, , containerd]) => [row, containerd]),
        )
      })
    })

    it('finds an address exactly for the names from which containerd pulls', async () => {
      const names = NAMES.filter(name => /^[a-z0-9.-]+$/i.test(name) && !/^-|\.\.|\.$/.test(name))
      await withNamesNode(
        ZONE,
        { hosts: HOSTS.replaceAll(/127\.0\.0\.[345]/g, '127.0.0.1'), resolvConf: RESOLV_CONF },
        async node => {
          // Nothing listens at the addresses of the other names.
          const reached = names.filter(name => !['six.test', 'ip6', 'big.test'].includes(name))
          const found = compare(node, reached)
          const resolved = reached.map(name => [name, typeof found[name]?.regmirror !== 'string'])
          assert.deepEqual(
            resolved,
            reached.map(name => [name, pull(node, name).pulled]),
          )
        },
      )
    })
  })
}

/** The name of the order in Go. */
function goName(order: LookupOrder): string {
  return order === 'system' ? 'cgo' : order.replace(' ', ',')
}
