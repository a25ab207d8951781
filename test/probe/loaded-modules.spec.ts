/** What a probe loads: TLS, certificates and name lookups only where an endpoint needs them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'

const root = path.join(import.meta.dirname, '../..')

/** Runs in a process of its own: prints what the probe of these urls loads, and whether it reads the certificates of the system. */
const PROBE = `
  import { registerHooks } from 'node:module'
  const loaded = []
  registerHooks({
    load: (url, context, next) => {
      loaded.push(url.replace(/^file:.*[/]lib[/]/, 'lib/'))
      return next(url, context)
    },
  })
  const { probeAll } = await import('./lib/probe/probe.ts')
  const { runInstalled } = await import('./lib/system/run.ts')
  const endpoints = process.argv.slice(1).map(url => ({
    registry: 'r.test', role: 'mirror', resolves: true, base: { origin: url, path: '/v2', form: 'root' },
    ca: [], skipVerify: false, header: {}, redirects: [], dialTimeoutMs: 20000,
  }))
  let roots = 0
  const readRoots = async () => (roots += 1, [])
  const probes = await probeAll(endpoints, { timeoutMs: 20000, samples: 1, readRoots })
  await runInstalled({ PATH: '/nowhere:/nowhere/else' })('regmirror-no-such-program', ['--version'])
  console.log(JSON.stringify({ loaded, roots, statuses: probes.map(({ status }) => status) }))
  process.exit()
`

interface Seen {
  readonly loaded: readonly string[]
  readonly roots: number
  readonly statuses: readonly string[]
}

async function probeIn(urls: readonly string[]): Promise<Seen> {
  const args = ['--input-type=module', '-e', PROBE, '--', ...urls]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root })
  return JSON.parse(stdout) as Seen
}

const SECURE = /^node:tls$|^lib\/probe\/x509\/|^lib\/probe\/tls\/(start-tls|tls-context)/
const NAMES = /^node:(dns|dgram)$|^lib\/probe\/dns\/(?!(lookup-on-demand|lookup-error))/
const PULL = /^lib\/probe\/api\/(pull|token|manifest)\.ts$/
const PROGRAMS = /^node:child_process$/

describe('a probe loads', () => {
  let server: http.Server
  let port: number
  before(async () => {
    server = http.createServer((_, response) => response.end('{}'))
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    port = (server.address() as AddressInfo).port
  })
  after(() => server.close())

  const matching = ({ loaded }: Seen, pattern: RegExp) => loaded.filter(name => pattern.test(name))

  it('neither TLS, certificates, name lookups nor the requests of a pull for http and an address', async () => {
    const seen = await probeIn([`http://127.0.0.1:${port}`])
    assert.deepEqual(seen.statuses, ['healthy'])
    for (const pattern of [SECURE, NAMES, PULL, PROGRAMS]) assert.deepEqual(matching(seen, pattern), [])
    assert.equal(seen.roots, 0, 'the certificates of the system are not read')
  })

  it('TLS for https', async () => {
    const seen = await probeIn([`https://127.0.0.1:${port}`])
    assert.deepEqual(seen.statuses, ['unhealthy'])
    assert.ok(matching(seen, SECURE).length > 3)
    assert.deepEqual(matching(seen, NAMES), [])
    assert.equal(seen.roots, 1)
  })

  it('name lookups for a name', async () => {
    const seen = await probeIn([`http://localhost:${port}`])
    assert.ok(matching(seen, NAMES).length > 3)
    assert.deepEqual(matching(seen, SECURE), [])
  })
})
