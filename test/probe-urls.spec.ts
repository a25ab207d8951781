/** `probe` without a list: mirrors that are named on the command line, or by a preset. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { readFlags } from '../lib/commands/flag-types.ts'
import { readMirrorUrl } from '../lib/commands/mirror-url.ts'
import { type ProbeFlags, probeFlags } from '../lib/commands/probe-flags.ts'
import { readProbedImage } from '../lib/commands/probed-image.ts'
import { formatProbedList } from '../lib/commands/probed-list.ts'
import { makeUrlList, withEveryCapability } from '../lib/commands/url-list.ts'
import type { WrittenList } from '../lib/list/written.ts'
import { isRefused } from '../lib/model/refused.ts'
import { buildImage, digestOf } from './support/image.ts'
import { type LoopbackRegistry, refusingOrigin, startRegistry } from './support/registry.ts'
import { REAL_TIME, run } from './support/run.ts'
import { pem } from './support/tls.ts'
import { withDirectory } from './support/tree.ts'

/** A layer that is large enough to measure the throughput: digests do not compress. */
const CONTENT = Array.from({ length: 8000 }, (_, nth) => digestOf(Buffer.from(`${nth}`))).join('')
const IMAGE = buildImage('library/busybox', 'latest', CONTENT)

describe('a mirror on the command line', () => {
  const READ = [
    ['https://mirror.example', 'https://mirror.example'],
    ['http://10.0.0.1:5000', 'http://10.0.0.1:5000'],
    ['docker.m.daocloud.io', 'https://docker.m.daocloud.io'],
    ['cache:5000', 'https://cache:5000'],
    ['docker.io', 'https://registry-1.docker.io'],
    ['https://hub.docker.com/', 'https://registry-1.docker.io'],
    ['localhost:5000', 'http://localhost:5000'],
    ['127.0.0.1:5000/v2/hub', 'http://127.0.0.1:5000/v2/hub'],
    ['harbor.example/v2/hub', 'https://harbor.example/v2/hub'],
    ['[::1]:5000', 'http://[::1]:5000'],
  ] as const
  for (const [typed, url] of READ)
    it(`${typed} is ${url}`, () => assert.deepEqual(readMirrorUrl(typed), { url }))

  const REFUSED = [
    ['htps://mirror.example', /must be https or http, not htps/, undefined],
    ['https//mirror.example', /no scheme/, /write "https:\/\/mirror\.example"/],
    ['busybox', /no scheme/, /write "https:\/\/busybox"/],
    ['https://user:geheim@mirror.example', /credentials/, /--header-file Authorization=FILE/],
    ['https://harbor.example/hub', /does not show where the API starts/, /write "\/v2\/hub"/],
    ['mirrors.toml', /is a path/, /use -f mirrors\.toml/],
    ['./mirrors', /is a path/, /use -f/],
    ['https://mirror.example/?ns=x', /query/, /remove it/],
  ] as const
  for (const [typed, message, hint] of REFUSED)
    it(`${typed} is refused, with a remedy`, () => {
      const read = readMirrorUrl(typed)
      assert.ok(isRefused(read))
      assert.match(read.message, message)
      if (hint !== undefined) assert.match(read.hint ?? '', hint)
      assert.doesNotMatch(JSON.stringify(read), /geheim/)
    })

  it('may be of an image, which names the registry', () => {
    const read = (registry: string | undefined, image: string | undefined) => {
      const { registry: found, canary } = readProbedImage(registry, image)
      return `${found} ${canary}`
    }
    assert.equal(read(undefined, undefined), 'undefined undefined')
    assert.equal(read('Quay.io', undefined), 'quay.io undefined')
    assert.equal(read(undefined, 'busybox:1.36'), 'docker.io library/busybox:1.36')
    assert.equal(read(undefined, 'team/app'), 'docker.io team/app')
    assert.equal(read(undefined, 'ghcr.io/owner/app:1'), 'ghcr.io owner/app:1')
    assert.equal(read('quay.io', 'team/app'), 'quay.io team/app')
    assert.throws(() => read('quay.io', 'ghcr.io/owner/app'), /--image is of ghcr\.io/)
    assert.throws(() => read('*', undefined), /one registry/)
  })
})

describe('a preset on the command line', () => {
  const flagsOf = (given: Record<string, unknown>) => readFlags<ProbeFlags>(probeFlags, given)
  const preset: WrittenList = {
    version: 1,
    defaults: { capabilities: ['pull'], dial_timeout: '1s' },
    registries: {
      'docker.io': {
        server: 'https://registry-1.docker.io',
        mirrors: ['https://a.example', { url: 'https://b.example', capabilities: ['pull'] }],
        canary: 'library/alpine:3',
      },
      'quay.io': { mirrors: ['https://q.example'], fallback: true },
    },
  }

  it('is probed without its servers, after the URLs', () => {
    const list = makeUrlList(flagsOf({ url: ['c.example'] }), preset)
    assert.deepEqual(list.defaults, { capabilities: ['pull'], dial_timeout: '1s', fallback: false })
    assert.deepEqual(withEveryCapability(list).defaults, { dial_timeout: '1s', fallback: false })
    assert.deepEqual(list.registries, {
      'docker.io': {
        mirrors: [
          'https://c.example',
          'https://a.example',
          { url: 'https://b.example', capabilities: ['pull'] },
        ],
        canary: 'library/alpine:3',
      },
      'quay.io': { mirrors: ['https://q.example'] },
    })
    assert.deepEqual(withEveryCapability(list).registries['docker.io']?.mirrors?.at(-1), {
      url: 'https://b.example',
    })
  })

  it('is probed for the registry that a flag names', () => {
    const names = (given: Record<string, unknown>) =>
      Object.keys(makeUrlList(flagsOf(given), preset).registries)
    assert.deepEqual(names({ registry: 'quay.io' }), ['quay.io'])
    assert.deepEqual(names({ image: 'quay.io/prometheus/busybox' }), ['quay.io'])
    assert.deepEqual(names({ registry: 'gcr.io', url: ['g.example'] }), ['gcr.io'])
    assert.throws(() => names({ registry: 'gcr.io' }), /no mirror of gcr\.io/)
  })

  it('keeps what it grants a mirror in the list that is written', () => {
    const list = makeUrlList(flagsOf({ url: [] }), preset)
    const probes = ['https://b.example/v2', 'https://a.example/v2'].map(
      url =>
        ({
          registry: 'docker.io',
          url,
          role: 'mirror',
          status: 'healthy',
          depth: 'blob',
          pull_50mb_s: 2,
        }) as const,
    )
    const text =
      formatProbedList({ list, probes, directory: '/etc/regmirror', now: Date.UTC(2026, 10, 29) }) ?? ''
    assert.deepEqual(text.split('\n'), [
      '# Mirrors that served on 2026-11-29, fastest first (regmirror probe --write).',
      '# No mirror served quay.io.',
      '# With "resolve", a mirror decides which image a tag points to; for a mirror that you do not trust, write ["pull"].',
      '',
      'version = 1',
      '',
      '[defaults]',
      'capabilities = ["pull"]',
      'dial_timeout = "1s"',
      '',
      '[registries."docker.io"]',
      'mirrors = [',
      '  { url = "https://b.example", capabilities = ["pull"] },  # 50 MB in 2.0 s',
      '  "https://a.example",  # 50 MB in 2.0 s',
      ']',
      'canary = "library/alpine:3"',
      '',
    ])
    assert.equal(formatProbedList({ list, probes: [], directory: '/', now: 0 }), undefined)
  })
})

describe('probe of URLs', function () {
  this.timeout(120_000)
  let mirrors: readonly LoopbackRegistry[]
  let page: http.Server
  let refusing: string
  let portal: string

  before(async () => {
    const speeds = [{ slow: 900 }, 'healthy', { slow: 300 }] as const
    mirrors = await Promise.all(speeds.map(behaviour => startRegistry({ images: [IMAGE], behaviour })))
    page = http.createServer((_, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><h1>Welcome</h1></html>'),
    )
    await new Promise<void>(done => page.listen(0, '127.0.0.1', done))
    portal = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
    refusing = await refusingOrigin()
  })
  after(async () => {
    await Promise.all(mirrors.map(mirror => mirror.close()))
    page.closeAllConnections()
    await new Promise(done => page.close(done))
  })

  const urls = () => [...mirrors.map(({ origin }) => origin), refusing, portal]
  const fastest = () => [1, 2, 0].map(nth => mirrors[nth]?.origin ?? '')
  const probe = (...args: string[]) => run(['probe', '--samples', '1', ...args], REAL_TIME)

  it('measures what each mirror serves, and names the fastest', async () => {
    const { code, stdout, stderr } = await probe(...urls())
    assert.equal(code, 0, stderr)
    assert.equal(stderr, '')
    const rows = stdout.split('\n').filter(line => /^ {2}[●◐✗?] /.test(line))
    const [first = '', ...others] = rows.slice(0, 3)
    assert.ok(
      [first, ...others].every(row => /● healthy .* MB\/s {2}[█▏▎▍▌▋▊▉]+ .*50 MB in/.test(row)),
      stdout,
    )
    const seconds = rows.slice(0, 3).map(row => Number(/50 MB in +(\S+) s/.exec(row)?.[1]))
    assert.deepEqual(
      seconds,
      seconds.toSorted((a, b) => a - b),
    )
    assert.ok(
      rows.slice(3).every(row => /✗ unhealthy .*(refused|not_a_registry)/.test(row)),
      stdout,
    )
    assert.match(stdout, /^docker\.io {2}\(library\/busybox:latest\)$/m)
    const verdict = `\nfastest that serves: ${/http:\S+/.exec(first)?.[0]} (50 MB in ${seconds[0]?.toFixed(1)} s)\n`
    assert.ok(stdout.includes(verdict), stdout)
  })

  it('has the fastest first in JSON, and fails if no mirror serves', async () => {
    const report = JSON.parse((await probe('--depth', 'manifest', '--format', 'json', ...urls())).stdout)
    assert.deepEqual(report.fastest, [{ registry: 'docker.io', mirror: `${fastest()[0]}/v2` }])
    assert.deepEqual(
      report.probes.slice(0, 3).map((one: { url: string }) => one.url),
      fastest().map(origin => `${origin}/v2`),
    )
    assert.ok(report.probes.every((one: { role: string }) => one.role === 'mirror'))
    const { code, stdout } = await probe(refusing, portal)
    assert.equal(code, 1)
    assert.match(stdout, /^no mirror serves$/m)
  })

  it('writes the mirrors that serve as a list, which validates and applies', () =>
    withDirectory(async directory => {
      const file = path.join(directory, 'mirrors.toml')
      const written = await probe('--depth', 'manifest', '--write', file, ...urls())
      assert.equal(written.code, 0, written.stderr)
      assert.match(written.stderr, /^wrote .*mirrors\.toml; check it with: regmirror validate -f /m)
      const list = readFileSync(file, 'utf8')
      assert.deepEqual(
        [...list.matchAll(/"(http:[^"]+)"/g)].map(([, url]) => url),
        fastest(),
      )
      assert.equal((await run(['validate', '-f', file])).code, 0)
      const node = path.join(directory, 'node')
      await fs.mkdir(path.join(node, 'etc/containerd'), { recursive: true })
      await fs.writeFile(path.join(node, 'etc/containerd/config.toml'), 'version = 3\n')
      const applied = await run(['apply', '-f', file, '--root', node])
      assert.equal(applied.code, 0, applied.stderr)
      const hosts = readFileSync(path.join(node, 'etc/containerd/certs.d/docker.io/hosts.toml'), 'utf8')
      assert.deepEqual(
        [...hosts.matchAll(/^\[host\."([^"]+)"\]/gm)].map(([, url]) => url),
        fastest(),
      )
      const again = await probe('--write', file, ...urls())
      assert.equal(again.code, 2)
      assert.match(again.stderr, /already exists/)
      assert.equal(readFileSync(file, 'utf8'), list)
    }))

  it('writes nothing if no mirror serves', () =>
    withDirectory(async directory => {
      const file = path.join(directory, 'mirrors.toml')
      const { code, stderr } = await probe('--write', file, refusing)
      assert.equal(code, 1)
      assert.match(stderr, /no mirror serves, so .*mirrors\.toml was not written/)
      assert.ok(!existsSync(file))
    }))

  it('sends a header from a file, and never shows it', () =>
    withDirectory(async directory => {
      const accept = 'Basic bm9kZXM6Z2VoZWltZXM='
      const closed = await startRegistry({ images: [IMAGE], auth: { accept } })
      try {
        const token = path.join(directory, 'token')
        await fs.writeFile(token, `${accept}\n`, { mode: 0o600 })
        assert.equal((await probe(closed.origin)).code, 1)
        const file = path.join(directory, 'mirrors.toml')
        const header = `Authorization=${token}`
        const { code, stdout, stderr } = await probe('--header-file', header, '--write', file, closed.origin)
        assert.equal(code, 0, stdout + stderr)
        assert.match(readFileSync(file, 'utf8'), /header = \{ Authorization = \{ file = "token" \} \}/)
        assert.doesNotMatch(stdout + stderr + readFileSync(file, 'utf8'), /bm9kZXM/)
        assert.equal((await run(['probe', '-f', file, '--depth', 'blob'])).code, 0)
        const typed = await probe('--header-file', 'Authorization: Basic geheim', closed.origin)
        assert.equal(typed.code, 2)
        assert.match(typed.stderr, /not NAME=FILE/)
        assert.doesNotMatch(typed.stderr, /geheim/)
      } finally {
        await closed.close()
      }
    }))

  it('trusts a CA, through a link too, and writes it into the list', () =>
    withDirectory(async directory => {
      const tls = { key: pem('server-key.pem'), cert: pem('server.pem') }
      const secure = await startRegistry({ images: [IMAGE], tls })
      try {
        assert.equal((await probe(secure.origin)).code, 1)
        assert.equal((await probe('--skip-verify', secure.origin)).code, 0)
        const link = path.join(directory, 'ca.pem')
        await fs.mkdir(path.join(directory, 'elsewhere'))
        await fs.writeFile(path.join(directory, 'elsewhere/mirror-ca.pem'), pem('ca.pem'))
        await fs.symlink('elsewhere/mirror-ca.pem', link)
        const list = path.join(directory, 'm.toml')
        const elsewhere = await probe('--ca', link, '--write', `${directory}/lists/m.toml`, secure.origin)
        assert.equal(elsewhere.code, 2)
        assert.match(
          elsewhere.stderr,
          /ca\.pem: must be beside the list of --write, or in \/etc\/regmirror; copy it to/,
        )
        await fs.mkdir(path.join(directory, 'lists'))
        const leadsOut = path.join(directory, 'lists/ca.pem')
        await fs.symlink('../elsewhere/mirror-ca.pem', leadsOut)
        const out = await probe('--ca', leadsOut, '--write', `${directory}/lists/m.toml`, secure.origin)
        assert.match(out.stderr, /lists\/ca\.pem: must be beside the list of --write/)
        const { code, stdout, stderr } = await probe('--ca', link, '--write', list, secure.origin)
        assert.equal(code, 0, stdout + stderr)
        assert.ok(readFileSync(list, 'utf8').includes('ca = ["ca.pem"]'))
        assert.equal((await run(['validate', '-f', list])).code, 0)
      } finally {
        await secure.close()
      }
    }))

  it('requests only /v2/ of a registry without a known image, and says so', async () => {
    const { code, stdout, stderr } = await probe(
      '--registry',
      'registry.example.com',
      mirrors[1]?.origin ?? '',
    )
    assert.equal(code, 0)
    assert.match(stdout, /fastest that responds: /)
    assert.match(stderr, /registry\.example\.com: no image is known, so only \/v2\/ was requested.*--image/)
  })

  it('says where a mistake is, by the argument', async () => {
    const errors = async (...args: string[]) => {
      const { code, stderr } = await probe(...args)
      assert.equal(code, 2)
      return stderr
    }
    assert.match(
      await errors('https://a.example', 'htps://b.example'),
      /^error: argument 2: the scheme must be/m,
    )
    assert.match(
      await errors('--ca', '/nowhere.pem', 'a.example'),
      /^error: --ca: .*nowhere\.pem does not exist/m,
    )
    assert.match(await errors('--image', 'a:b:c', 'a.example'), /^error: --image: /m)
    assert.match(await errors('--timeout', '0s', 'a.example'), /^error: --timeout: /m)
    assert.match(await errors('--client-cert', 'x', 'a.example'), /require each other/)
    assert.match(await errors('-f', 'x.toml', 'a.example'), /--file is about a list/)
    assert.match(await errors('--registry', 'quay.io'), /--registry requires URLs or --preset/)
    assert.match(await errors('--preset', 'none'), /--preset none is unknown; use acr, /)
    assert.match(await errors('--preset', 'china', '--registry', 'x.example'), /no mirror of x\.example/)
    assert.match(await errors('--write', 'list.yaml', 'a.example'), /name it list\.toml/)
    assert.match(await errors('--header', 'x', 'a.example'), /use --header-file NAME=FILE/)
  })
})
