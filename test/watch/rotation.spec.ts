/** Certificates, keys and tokens of a mirror are renewed while a watcher runs: it writes them for containerd, and needs no restart. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { parallelTests } from '../support/parallel-tests.ts'
import { type Pages, pagesOf, SERVING } from '../support/served.ts'
import { pem, TLS } from '../support/tls.ts'
import { eventually, listText, type Place, watching, withPlace } from '../support/watching.ts'

const read = (file: string) => readFileSync(path.join(import.meta.dirname, '..', file), 'utf8')

/** What a mirror presents, and what it requires of clients. */
interface Secrets {
  readonly server: { readonly cert: string; readonly key: string }
  readonly ca: string
  readonly client: { readonly cert: string; readonly key: string; readonly ca: string }
  readonly token: string
}

const fixture = (name: string) => read(`../fixtures/tls/${name}`)

const OLD: Secrets = {
  server: TLS,
  ca: pem('ca.pem'),
  client: { cert: pem('client.pem'), key: pem('client-key.pem'), ca: pem('ca.pem') },
  token: 'Bearer old',
}
const NEW: Secrets = {
  server: { cert: fixture('loopback.pem'), key: fixture('loopback-key.pem') },
  ca: fixture('loopback.pem'),
  client: { cert: fixture('client.pem'), key: fixture('client-key.pem'), ca: fixture('ca.pem') },
  token: 'Bearer new',
}

/** A mirror that requires these secrets, and can change them at any time. */
async function startProtectedMirror(first: Secrets) {
  let token = ''
  const server = https.createServer({ requestCert: true }, (request, response) => {
    response.statusCode = request.headers.authorization === token ? 200 : 403
    response.end('{}')
  })
  const rotate = (secrets: Secrets) => {
    token = secrets.token
    server.setSecureContext({ ...secrets.server, ca: secrets.client.ca })
  }
  rotate(first)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rotate,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

const FILES = { 'ca.crt': 'ca', 'tls.crt': 'cert', 'tls.key': 'key', token: 'token' } as const

function filesOf({ ca, client, token }: Secrets): Readonly<Record<string, string>> {
  const texts = { ca, cert: client.cert, key: client.key, token: `${token}\n` }
  return Object.fromEntries(Object.entries(FILES).map(([file, what]) => [file, texts[what]]))
}

/** A list with one mirror, whose files are in a folder beside the list. */
function listOf(url: string, folder: string): string {
  const file = (name: string) => JSON.stringify(path.join(folder, name))
  return `${listText([])}server = "http://127.0.0.1:9"
[[registries."docker.io".mirrors]]
url = "${url}"
ca = ${file('ca.crt')}
client = { cert = ${file('tls.crt')}, key = ${file('tls.key')} }
header = { Authorization = { file = ${file('token')} } }
`.replace('mirrors = []\n', '')
}

/** Waits for two more good probes. */
async function untilProbed({ get }: Pages): Promise<void> {
  const count = async () =>
    Number(/probes_total{.*result="healthy"} (\d+)/.exec((await get('/metrics')).body)?.[1] ?? 0)
  const before = await count()
  await eventually(
    async () => ((await count()) >= before + 2 ? true : undefined),
    () => 'it is not probed, or not healthy',
  )
}

/** Waits until exactly these secrets are in the files that containerd reads. */
async function assertWritten({ hostsFile, hosts }: Place, { ca, client, token }: Secrets): Promise<void> {
  const folder = path.dirname(hostsFile)
  const texts = async () => {
    const names = (await fs.readdir(folder)).filter(name => /^(ca|client)-.*\.pem$/.test(name))
    const text = await hosts()
    if (!names.every(name => text?.includes(name))) return []
    return (await Promise.all(names.map(name => fs.readFile(path.join(folder, name), 'utf8')))).sort()
  }
  const expected = [ca, client.cert, client.key].sort()
  let last: readonly string[] = []
  await eventually(
    async () => {
      last = await texts().catch(() => [])
      const same = JSON.stringify(last) === JSON.stringify(expected)
      return same && (await hosts())?.includes(token) ? true : undefined
    },
    () => `${last.length} files: ${last.join('\n')}`,
  )
}

describe('secrets that are renewed while a watcher runs', () => {
  parallelTests({
    'are used file by file: the mirror is unhealthy with the old ones and healthy with the new ones':
      async () => {
        await using mirror = await startProtectedMirror(OLD)
        await withPlace(async place => {
          const beside = path.dirname(place.list)
          const write = async (secrets: Secrets) => {
            for (const [name, text] of Object.entries(filesOf(secrets)))
              await fs.writeFile(path.join(beside, name), text)
          }
          await write(OLD)
          await fs.writeFile(place.list, listOf(mirror.url, '.'))
          await watching([...place.args, '--log-format', 'text', ...SERVING], async watcher => {
            const pages = await pagesOf(watcher)
            await untilProbed(pages)
            await assertWritten(place, OLD)
            mirror.rotate(NEW)
            await watcher.until(/ is unhealthy: /)
            await write(NEW)
            await watcher.until(/ is healthy again/)
            await assertWritten(place, NEW)
            await untilProbed(pages)
            assert.equal(await watcher.stop(), 0)
          })
        })
      },

    'are used without a failed probe, where the old and the new ones are valid for a while': async () => {
      await using mirror = await startProtectedMirror(OLD)
      const both = { ...OLD, ca: OLD.ca + NEW.ca }
      await withPlace(async place => {
        const folder = path.join(path.dirname(place.list), 'secret')
        let version = 0
        // Like kubelet.
        const swap = async (secrets: Secrets) => {
          version += 1
          const name = `..${version}`
          await fs.mkdir(path.join(folder, name), { recursive: true })
          for (const [file, text] of Object.entries(filesOf(secrets)))
            await fs.writeFile(path.join(folder, name, file), text)
          await fs.symlink(name, path.join(folder, '..data_tmp'))
          await fs.rename(path.join(folder, '..data_tmp'), path.join(folder, '..data'))
          if (version > 1) await fs.rm(path.join(folder, `..${version - 1}`), { recursive: true })
        }
        await swap(OLD)
        for (const file of Object.keys(FILES)) await fs.symlink(`..data/${file}`, path.join(folder, file))
        await fs.writeFile(place.list, listOf(mirror.url, 'secret'))
        await watching([...place.args, '--log-format', 'text', ...SERVING], async watcher => {
          const pages = await pagesOf(watcher)
          await untilProbed(pages)
          await swap(both)
          await assertWritten(place, both)
          mirror.rotate({ ...OLD, server: NEW.server })
          await untilProbed(pages)
          await swap({ ...OLD, ca: NEW.ca })
          await assertWritten(place, { ...OLD, ca: NEW.ca })
          await untilProbed(pages)
          assert.doesNotMatch(watcher.log(), / is unhealthy|error/)
          assert.equal(await watcher.stop(), 0)
        })
      })
    },
  })
})
