/** Secrets are planted in every input, and a watcher runs: its log, its pages, its messages to systemd and the node are searched. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { startEcho, WAYS } from './support/echo.ts'
import { fakeNotify } from './support/fake-notify.ts'
import { findLeaks } from './support/leaks.ts'
import { ENV, FILE, fixture, HEADER, INLINE, KEY, PROXY, ROTATED, TOKEN } from './support/mirror-secrets.ts'
import { parallelTests } from './support/parallel-tests.ts'
import { assertSecretsPrivate } from './support/secret-node.ts'
import { type Pages, pagesOf, SERVING } from './support/served.ts'
import { eventually, type Watching, watching, withPlace } from './support/watching.ts'

const ALL = [KEY, FILE, ROTATED, ENV, INLINE, TOKEN, PROXY]

function listOf(origin: string): string {
  const table = (name: string, mirrors: readonly string[]) =>
    `[registries."${name}"]\nserver = "${origin}/with-500/v2"\ncanary = "library/busybox:latest"\nmirrors = [\n${mirrors.map(mirror => `  ${mirror},\n`).join('')}]\n`
  const client = 'client = { cert = "client.pem", key = "client-key.pem" }'
  return [
    'version = 1\n[health]\ninterval = "1s"\ntimeout = "2s"\ndepth = "manifest"\n',
    table(
      'headers.test',
      WAYS.map(way => `{ url = "${origin}/${way}/v2", ${HEADER} }`),
    ),
    table(
      'proxied.test',
      WAYS.map(way => `"http://${way}.proxied.test/${way}/v2"`),
    ),
    table('keys.test', [`{ url = "${origin.replace('http:', 'https:')}/well/v2", ${client}, ${HEADER} }`]),
  ].join('')
}

function assertSilent(what: string, text: string): void {
  const leaks = findLeaks(text, ALL)
  assert.deepEqual(leaks, [], `${what} tells ${leaks.join(', ')}:\n${text}`)
}

/** Every page, with the file of each registry. */
async function assertPages({ get }: Pages): Promise<void> {
  const opened = ['headers.test', 'keys.test'].map(name => `/?open=${name}`)
  for (const page of ['/', ...opened, '/metrics', '/healthz', '/readyz'])
    assertSilent(page, (await get(page)).body)
}

/** Runs a watcher with mirrors that repeat their requests. */
async function search(format: string): Promise<void> {
  await using echo = await startEcho(TOKEN.text)
  await withPlace(async ({ root, list, args }) => {
    const beside = path.dirname(list)
    const token = (text: string) => fs.writeFile(path.join(beside, 'mirror.token'), `Bearer ${text}\n`)
    await token(FILE.text)
    for (const name of ['client.pem', 'client-key.pem'])
      await fs.writeFile(path.join(beside, name), fixture(name))
    await fs.writeFile(list, listOf(echo.origin))
    const { env, told } = await fakeNotify(path.join(beside, 'bin'))
    const proxy = `http://user:${encodeURIComponent(PROXY.text)}@127.0.0.1:${echo.port}`
    const world = {
      ...env,
      MIRROR_KEY: ENV.text,
      HTTP_PROXY: proxy,
      NO_PROXY: '127.0.0.1',
      REGMIRROR_DEBUG: '1',
    }
    const use = async (watcher: Watching) => {
      const pages = await pagesOf(watcher)
      const asked = async () => (await pages.get('/metrics')).body.match(/^regmirror_last_probe/gm)?.length
      await eventually(
        async () => ((await asked()) ?? 0) > 2 * WAYS.length || undefined,
        () => `not all are asked:\n${watcher.log()}`,
      )
      await watcher.until(/is unhealthy/)
      await assertPages(pages)
      await token(ROTATED.text)
      const hosts = path.join(root, 'etc/containerd/certs.d/keys.test/hosts.toml')
      await eventually(
        async () => (findLeaks(await fs.readFile(hosts, 'utf8'), [ROTATED]).length > 0 ? true : undefined),
        () => 'the new token is not written',
      )
      // Half a secret, and a key without its certificate, for the messages of a refusal.
      await fs.writeFile(path.join(beside, 'client-key.pem'), fixture('client-key.pem').slice(0, 150))
      await fs.writeFile(path.join(beside, 'mirror.token'), `Bearer ${ROTATED.text}\n${ROTATED.text}\n`)
      await pages.until('/healthz', 503)
      await assertPages(pages)
      assert.equal(await watcher.stop(), 0)
      assertSilent('the log', watcher.log())
      assertSilent('what systemd is told', await told())
      await assertSecretsPrivate(root, ALL, [])
    }
    await watching([...args, '--log-format', format, ...SERVING], use, world)
    const heard = echo.heard.join('\n')
    for (const { name, words } of [FILE, ENV, INLINE])
      assert.ok(heard.includes(words[0] ?? ''), `nobody was told ${name}`)
    const basic = Buffer.from(`user:${PROXY.text}`).toString('base64')
    assert.ok(heard.includes(basic), 'no proxy was used')
  })
}

describe('a planted secret, while a watcher runs', () => {
  parallelTests({
    'is told by nothing that it says to people': () => search('text'),
    'is told by nothing that it says to programs': () => search('json'),
  })
})
