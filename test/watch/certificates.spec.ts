/** A CA is installed, or removed, while a watcher runs: the watcher uses it without a restart. */
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

/** A registry with a certificate of the CA in `ca.pem`. */
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

/** Runs a watcher that trusts the certificates in `bundle.pem` and in the folder `certs` only. */
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
        await watcher.until(/signed by an unknown authority/)
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

/** In one step, like update-ca-certificates. */
async function replace(file: string, text: string): Promise<void> {
  await fs.writeFile(`${file}.new`, text)
  await fs.rename(`${file}.new`, file)
}

describe('the certificates of the system, while a watcher runs', () => {
  parallelTests({
    'make a mirror healthy when its CA is added to the bundle, and unhealthy when it is removed': () =>
      withCertificates(async ({ bundle }, until) => {
        await replace(bundle, OTHER + CA)
        await until(/ is healthy again/)
        await replace(bundle, OTHER)
        await until(/ is unhealthy: .*signed by an unknown authority/)
      }),

    'make a mirror healthy when its CA is added to a directory': () =>
      withCertificates(async ({ folder }, until) => {
        await fs.writeFile(path.join(folder, 'ours.crt'), CA)
        await until(/ is healthy again/)
      }),

    'are read again at SIGHUP': () =>
      withCertificates(async ({ bundle }, until) => {
        await replace(bundle, CA)
        await until(/ is healthy again/)
      }, true),
  })
})
