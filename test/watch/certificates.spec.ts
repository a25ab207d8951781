/** A CA is installed, or removed, on a node while a watcher runs there: it need not be started again. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { parallelTests } from '../support/parallel-tests.ts'
import { pem, TLS } from '../support/tls.ts'
import { listText, watching, withPlace } from '../support/watching.ts'

const [CA, OTHER] = [pem('ca.pem'), pem('self-signed.pem')]

/** A registry whose certificate is of `ca.pem`. */
async function startRegistry() {
  const server = https.createServer(TLS, (_, response) => response.end('{}'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

/** Runs a watcher that has the certificates of `bundle.pem` and of the folder `certs` only. */
async function withCertificates(
  use: (
    places: { bundle: string; folder: string },
    until: (line: RegExp) => Promise<unknown>,
  ) => Promise<void>,
  hangUp = false,
) {
  await using registry = await startRegistry()
  await withPlace(async ({ root, list, args }) => {
    const [bundle, folder] = [path.join(root, 'bundle.pem'), path.join(root, 'certs')]
    await fs.mkdir(folder)
    await fs.writeFile(bundle, OTHER)
    const server = 'server = "http://127.0.0.1:9"\n'
    await fs.writeFile(list, `${listText([registry.url])}${server}`)
    const env = { SSL_CERT_FILE: bundle, SSL_CERT_DIR: folder }
    await watching(
      [...args, '--log-format', 'text'],
      async watcher => {
        await watcher.until(/authority unknown here/)
        await use({ bundle, folder }, async line => {
          if (hangUp) watcher.child.kill('SIGHUP')
          await watcher.until(line)
        })
        assert.equal(await watcher.stop(), 0)
      },
      env,
    )
  })
}

/** As update-ca-certificates does it. */
async function replace(file: string, text: string): Promise<void> {
  await fs.writeFile(`${file}.new`, text)
  await fs.rename(`${file}.new`, file)
}

describe("the system's certificates, while a watcher runs", () => {
  parallelTests({
    'a CA that is added to the bundle brings the mirror back, and one that is removed takes it away': () =>
      withCertificates(async ({ bundle }, until) => {
        await replace(bundle, OTHER + CA)
        await until(/ is well again/)
        await replace(bundle, OTHER)
        await until(/ is down: .*authority unknown here/)
      }),

    'a CA that is added to a directory does too': () =>
      withCertificates(async ({ folder }, until) => {
        await fs.writeFile(path.join(folder, 'ours.crt'), CA)
        await until(/ is well again/)
      }),

    'at SIGHUP too': () =>
      withCertificates(async ({ bundle }, until) => {
        await replace(bundle, CA)
        await until(/ is well again/)
      }, true),
  })
})
