/** The remedy for a file that is not PEM depends on what it is. */
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { certificatesIn, pairProblem } from '../lib/formats/pem.ts'
import { isRefused } from '../lib/model/refused.ts'
import { ROOT } from './support/load.ts'

const attach = (text: string | Buffer) => ({ path: 'file', text: text.toString('utf8') })
const fixture = (name: string) => readFileSync(path.join(ROOT, 'fixtures/tls', name))

describe('files that are not PEM', () => {
  const hintOfCertificate = (content: string | Buffer) => {
    const found = certificatesIn(attach(content))
    return isRefused(found) ? found.hint : undefined
  }
  const hintOfKey = (content: string | Buffer) =>
    pairProblem(attach(fixture('client.pem')), attach(content))?.hint

  it('convert a certificate or a key in DER', () => {
    assert.match(hintOfCertificate(fixture('ca.der')) ?? '', /^convert DER to PEM with openssl x509/)
    const key = createPrivateKey(fixture('client-key.pem'))
    for (const type of ['pkcs8', 'sec1'] as const)
      assert.match(
        hintOfKey(key.export({ format: 'der', type })) ?? '',
        /^convert it with openssl pkey/,
        type,
      )
  })

  it('replace any other text', () => {
    for (const text of ['', 'planted', '0 planted\n', 'Bearer planted\n']) {
      assert.match(hintOfCertificate(text) ?? '', /^put the certificate in PEM/, text)
      assert.match(hintOfKey(text) ?? '', /^put the key in PEM/, text)
    }
    assert.match(hintOfKey(fixture('ca.pem')) ?? '', /^put the key in PEM/)
    assert.match(hintOfKey('-----BEGIN OPENSSH PRIVATE KEY-----\n') ?? '', /^convert it/)
  })
})
