import assert from 'node:assert/strict'
import type { Notice } from '../../lib/model/report.ts'
import { loadText, ROOT } from '../support/load.ts'

/** Notices about a registry with these keys. */
async function noticesOn(keys: string, name = 'docker.io'): Promise<readonly Notice[]> {
  return (await loadText(`version = 1\n[registries."${name}"]\n${keys}\n`)).notices
}

const codesOn = async (keys: string, name?: string) =>
  (await noticesOn(keys, name)).map(notice => notice.code)

const A_MIRROR = 'mirrors = ["https://a.example"]'

describe('notices about a list', () => {
  it('have the place, the registry and the mirror', async () => {
    assert.deepEqual(
      await noticesOn(
        'mirrors = [\n  { url = "https://a.example", capabilities = ["pull", "resolve", "push"] }\n]',
      ),
      [
        {
          code: 'push_granted',
          message: 'nodes can push images to this mirror; remove "push" unless you need it',
          registry: 'docker.io',
          mirror: 'https://a.example/v2',
          file: 'stdin',
          line: 4,
        },
      ],
    )
  })

  it('report risks', async () => {
    assert.deepEqual(await codesOn('mirrors = ["http://a.example"]'), ['http_resolve', 'http_mirror'])
    assert.deepEqual(await codesOn('mirrors = [{ url = "http://a.example", capabilities = ["pull"] }]'), [
      'only_server_resolves',
      'http_mirror',
    ])
    assert.deepEqual(
      await codesOn('mirrors = ["http://127.0.0.1:5000", "http://[::1]:5000", "http://localhost"]'),
      [],
    )
    assert.deepEqual(await codesOn('mirrors = [{ url = "https://a.example", skip_verify = true }]'), [
      'skip_verify',
    ])
    const expired = `${ROOT}/fixtures/tls/expired-ca.pem`
    assert.deepEqual(await codesOn(`mirrors = [{ url = "https://a.example", ca = "${expired}" }]`), [
      'ca_expired',
    ])
  })

  it('report a registry whose tags only the server resolves', async () => {
    const pullOnly = '{ url = "https://a.example", capabilities = ["pull", "push"] }'
    const [notice, ...others] = (await noticesOn(`mirrors = [${pullOnly}]`)).filter(
      ({ code }) => code !== 'push_granted',
    )
    assert.deepEqual(others, [])
    assert.deepEqual(notice, {
      code: 'only_server_resolves',
      message:
        'only the server resolves tags of docker.io: where it is not reachable, pulls by tag fail; add "resolve" to capabilities of a mirror that you trust',
      registry: 'docker.io',
      file: 'stdin',
      line: 2,
    })
    const [any] = await noticesOn('mirrors = [{ url = "https://a.example", capabilities = ["pull"] }]', '*')
    assert.match(any?.message ?? '', /^only the server of each registry resolves its tags: /)
    assert.deepEqual(await codesOn(`mirrors = ["https://b.example", ${pullOnly}]`), ['push_granted'])
    assert.deepEqual(await codesOn('mirrors = []\nserver = "https://a.example"'), [])
    const alone = `mirrors = ["https://b.example", { url = "https://a.example", capabilities = ["pull"] }]\nfallback = false`
    assert.deepEqual(await codesOn(alone), [])
  })

  it('report what has no effect', async () => {
    assert.deepEqual(await codesOn('mirrors = ["https://registry-1.docker.io/v2/"]'), ['mirror_is_server'])
    assert.deepEqual(await codesOn(A_MIRROR, 'Index.Docker.io'), ['registry_alias'])
    assert.deepEqual(await codesOn(A_MIRROR, 'registry-1.docker.io'), ['registry_alias'])
    const [twice] = await noticesOn(
      'mirrors = [\n"https://a.example",\n"https://b.example",\n"https://A.example:443/v2"]',
    )
    assert.deepEqual([twice?.code, twice?.line], ['duplicate_mirror', 6])
  })

  it('report a mirror that is the server, unless it stands for an order or has capabilities', async () => {
    const tls = `${ROOT}/fixtures/tls`
    const on = (mirrors: string, server = '') =>
      codesOn(`${server}\nmirrors = [${mirrors}]`, 'reg.example:5000')
    const mirror = (keys: string) => `{ url = "https://reg.example:5000"${keys} }`
    const capabilities = ', capabilities = ["pull", "resolve"]'
    assert.deepEqual(await on(mirror(capabilities)), [])
    assert.deepEqual(await on(`${mirror('')}, "https://b.example"`), [])
    assert.deepEqual(await on(`"https://b.example", ${mirror('')}`), ['mirror_is_server'])
    const ca = `, ca = "${tls}/ca.pem"`
    assert.deepEqual(await on(mirror(ca), `server = ${mirror(ca)}`), ['mirror_is_server'])
    assert.deepEqual(await on(mirror(''), `server = ${mirror(ca)}`), ['mirror_is_server'])
    assert.deepEqual(await on(`${mirror(ca)}, "https://b.example"`, `server = ${mirror(ca)}`), [])
    assert.deepEqual(await codesOn(`fallback = false\nmirrors = [${mirror('')}]`, 'reg.example:5000'), [])
  })

  it('report settings of a mirror that is the server: the server gets them too late', async () => {
    const tls = `${ROOT}/fixtures/tls`
    const settings = [
      ['ca', `ca = "${tls}/ca.pem"`],
      ['client', `client = { cert = "${tls}/client.pem", key = "${tls}/client-key.pem" }`],
      ['header', 'header = { X = "planted" }'],
      ['dial_timeout', 'dial_timeout = "5s"'],
      ['skip_verify', 'skip_verify = true'],
    ]
    const messagesOn = async (mirrors: string, before = '') => {
      const text = `version = 1\n${before}\n[registries."reg.example:5000"]\nmirrors = [${mirrors}]`
      const { notices } = await loadText(text)
      return notices.filter(({ code }) => code === 'mirror_is_server').map(({ message }) => message)
    }
    for (const [key = '', written = ''] of settings) {
      const mirror = `{ url = "https://reg.example:5000", ${written} }`
      const problem = `nodes contact the registry's own server twice, the second time without the ${key} of this mirror; `
      const table = `server = { url = "https://reg.example:5000", ${key} = … }`
      const remove = [`${problem}remove the mirror, and put its settings at the server: ${table}`]
      assert.deepEqual(await messagesOn(mirror), remove)
      const keep = [`${problem}put its settings at the server too: ${table}`]
      assert.deepEqual(await messagesOn(`${mirror}, "https://b.example"`), keep)
      if (key === 'dial_timeout') continue
      assert.deepEqual(await messagesOn('"https://reg.example:5000"', `[defaults]\n${written}`), remove)
    }
  })

  it('report a value of [defaults] where it is written, and each mirror that has it', async () => {
    const { notices } = await loadText(`version = 1
[defaults]
skip_verify = true
capabilities = ["pull", "resolve", "push"]
[registries."docker.io"]
server = { url = "https://registry-1.docker.io", skip_verify = true }
mirrors = ["https://a.example", { url = "https://b.example", skip_verify = false, capabilities = ["pull", "resolve"] }]`)
    assert.deepEqual(
      notices.map(({ code, mirror, line }) => [code, mirror, line]),
      [
        ['skip_verify', 'https://a.example/v2', 3],
        ['push_granted', 'https://a.example/v2', 4],
        ['skip_verify', undefined, 6],
      ],
    )
    assert.match(notices[2]?.message ?? '', /certificate of this server is not verified/)
  })

  it('report each ignored entry, also where all are on one line', async () => {
    const notices = await noticesOn(
      'mirrors = ["https://a.example", "https://a.example", "https://a.example/v2"]',
    )
    assert.deepEqual(
      notices.map(({ message }) => message),
      [2, 3].map(i => `duplicate mirror: regmirror ignores entry ${i}; remove it`),
    )
  })

  it('report a list without mirrors', async () => {
    const [notice, ...others] = await noticesOn('mirrors = []')
    assert.deepEqual([notice?.code, notice?.line, others], ['no_mirrors', 2, []])
    assert.deepEqual(await codesOn(`mirrors = []\n[registries."quay.io"]\n${A_MIRROR}`), [])
    // An entry may be there for its server only.
    assert.deepEqual(await codesOn('server = "https://a.example"'), [])
  })

  it('report names for examples', async () => {
    for (const host of ['example.com', 'harbor.example.net:5000', 'a.b.example.org'])
      assert.deepEqual(await codesOn(`mirrors = ["https://${host}"]`), ['example_host'], host)
    for (const host of ['myexample.com', 'example.com.mirror.test', 'mirror.example'])
      assert.deepEqual(await codesOn(`mirrors = ["https://${host}"]`), [], host)
  })

  it('report registries that watch only pings because they have no canary', async () => {
    const deep = '\n[health]\ndepth = "manifest"'
    const [notice, ...others] = await noticesOn(A_MIRROR + deep)
    assert.deepEqual([notice?.code, notice?.line, others], ['no_canary', 2, []])
    assert.match(notice?.message ?? '', /only pings these mirrors; add canary = "repository:tag"/)
    assert.deepEqual(await codesOn(A_MIRROR), [])
    assert.deepEqual(await codesOn(`mirrors = []${deep}`), ['no_mirrors'])
    assert.deepEqual(await codesOn(`${A_MIRROR}\ncanary = "library/busybox:1"${deep}`), [])
  })

  it('report a short interval, and a timeout that is longer than the interval', async () => {
    const health = (keys: string) => noticesOn(`${A_MIRROR}\n[health]\n${keys}`)
    const [short] = await health('interval = "2s"')
    assert.deepEqual([short?.code, short?.line], ['short_interval', 5])
    assert.match(short?.message ?? '', /3600 times an hour; use "30s" or more/)
    const [long] = await health('interval = "5s"\ntimeout = "6s"')
    assert.deepEqual([long?.code, long?.line], ['long_timeout', 6])
    assert.deepEqual(await health('interval = "5s"\ntimeout = "5s"'), [])
  })

  it('report servers of docker.io that do not serve it', async () => {
    for (const server of ['https://docker.io', 'http://index.docker.io', 'https://hub.docker.com/v2']) {
      assert.deepEqual(await codesOn(`server = "${server}"`), ['docker_io_server'])
    }
    assert.deepEqual(await codesOn('server = "https://registry-1.docker.io"'), [])
    assert.deepEqual(await codesOn('server = "https://docker.io"', 'quay.io'), [])
  })
})
