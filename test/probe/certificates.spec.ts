/** Certificates that Go accepts, and the rule by which it refuses others. */
import assert from 'node:assert/strict'
import { type Certificate, readCertificate } from '../../lib/probe/x509/certificate.ts'
import { openPool } from '../../lib/probe/x509/pool.ts'
import { verifyChain } from '../../lib/probe/x509/verify-chain.ts'
import { describePullClient } from '../../lib/targets/containerd/pull-client.ts'
import { parseRelease } from '../../lib/targets/release.ts'
import {
  alternativeNames,
  authorityKey,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  USAGE,
  unknownExtension,
} from '../support/certificates/extensions.ts'
import { type Made, makeCertificate, type Order } from '../support/certificates/make-certificate.ts'

const rulesOf = (version: string) => describePullClient(parseRelease(version)).tls

/** What is wrong with certificates as a server sends them: `role: rule`, the malformed part, or nothing. */
function verify(
  sent: readonly Made[],
  trusted: readonly Made[],
  { host = '127.0.0.1', version = '2.1' } = {},
): string | undefined {
  const rules = rulesOf(version)
  const certificates: Certificate[] = []
  for (const { der } of sent) {
    const read = readCertificate(der, rules)
    if ('has' in read) return read.has
    certificates.push(read)
  }
  const [leaf, ...others] = certificates
  assert(leaf !== undefined)
  const roots = openPool(trusted.map(({ cert }) => cert))
  const problem = verifyChain([leaf, ...others], { roots, host, now: Date.now(), rules })
  return problem && `${problem.role}: ${problem.rule}`
}

const ca = makeCertificate({ ca: true })
const EXPIRED = { from: 9, until: -1 }

/** Verifies a certificate of a root as ordered. */
const verifyLeaf = (order: Order, root = ca, options = {}) =>
  verify([makeCertificate({ issuer: root, ...order })], [root], options)
const verifyRoot = (order: Order, options = {}) =>
  verifyLeaf({}, makeCertificate({ ca: true, ...order }), options)

function verifyIntermediate(order: Order, root = ca): string | undefined {
  const intermediate = makeCertificate({ ca: true, name: 'Between', issuer: root, ...order })
  return verify([makeCertificate({ issuer: intermediate }), intermediate], [root])
}

describe('probe: chains of certificates', () => {
  it('trusts what ca holds, whatever it is', () => {
    const intermediate = makeCertificate({ ca: true, name: 'Between', issuer: ca })
    const leaf = makeCertificate({ issuer: intermediate })
    const own = makeCertificate()
    assert.equal(verify([leaf, intermediate], [ca]), undefined)
    assert.equal(verify([leaf], [intermediate]), undefined)
    assert.equal(verify([leaf], [leaf]), undefined)
    assert.equal(verify([own], [own]), undefined)
    assert.equal(verify([leaf], [ca]), 'leaf: unknown_authority')
    assert.equal(verify([leaf, own, ca, intermediate], [ca]), undefined)
  })

  it('tries every chain, also where one of them has expired', () => {
    const old = makeCertificate({ ca: true, name: 'Old', ...EXPIRED })
    const intermediate = makeCertificate({ ca: true, name: 'Between', issuer: ca })
    const crossed = makeCertificate({ ca: true, of: intermediate, issuer: old })
    const leaf = makeCertificate({ issuer: intermediate })
    assert.equal(verify([leaf, crossed, intermediate], [old, ca]), undefined)
    assert.equal(verify([leaf, crossed], [old]), 'root: expired')
  })

  it('ends where certificates sign each other', () => {
    const a = makeCertificate({ ca: true, name: 'A' })
    const b = makeCertificate({ ca: true, name: 'B', issuer: a })
    const back = makeCertificate({ ca: true, of: a, issuer: b })
    assert.equal(verify([makeCertificate({ issuer: b }), b, back], [ca]), 'leaf: unknown_authority')
  })

  it('names the certificate that is not valid now', () => {
    assert.equal(verifyLeaf(EXPIRED), 'leaf: expired')
    assert.equal(verifyIntermediate(EXPIRED), 'intermediate: expired')
    assert.equal(verifyRoot(EXPIRED), 'root: expired')
    assert.equal(verifyLeaf({ from: -1, until: 9 }), 'leaf: not_yet_valid')
  })

  it('requires issuers to be CAs', () => {
    assert.equal(verifyRoot({ without: ['2.5.29.19'] }), 'root: not_a_ca')
    assert.equal(verifyRoot({ extensions: [basicConstraints(false)] }), 'root: not_a_ca')
    assert.equal(verifyRoot({ version: 1 }), undefined)
    assert.equal(verifyIntermediate({ version: 1 }), 'intermediate: not_a_ca')
    assert.equal(verifyRoot({ extensions: [keyUsage(0)] }), 'root: no_cert_sign')
    assert.equal(verifyRoot({ extensions: [keyUsage(5)] }), undefined)
    const short = makeCertificate({ ca: true, extensions: [basicConstraints(true, 0)] })
    assert.equal(verifyIntermediate({}, short), 'root: path_length')
  })

  it('refuses weak and wrong signatures, but not that of a root', () => {
    assert.equal(verifyLeaf({ signature: 'sha1' }), 'leaf: weak_signature')
    assert.equal(verifyIntermediate({ signature: 'sha1' }), 'intermediate: weak_signature')
    assert.equal(verifyRoot({ signature: 'sha1' }), undefined)
    const other = makeCertificate({ ca: true })
    assert.equal(verify([makeCertificate({ issuer: other })], [ca]), 'root: wrong_signature')
  })

  it('requires that every certificate allows servers', () => {
    assert.equal(verifyLeaf({ extensions: [extendedKeyUsage(USAGE.client)] }), 'leaf: no_server_usage')
    assert.equal(verifyLeaf({ extensions: [extendedKeyUsage(USAGE.any)] }), undefined)
    assert.equal(
      verifyIntermediate({ extensions: [extendedKeyUsage(USAGE.client)] }),
      'intermediate: no_server_usage',
    )
    assert.equal(verifyRoot({ extensions: [extendedKeyUsage(USAGE.client)] }), 'root: no_server_usage')
  })

  it('applies name constraints as each release does', () => {
    const corp = makeCertificate({ ca: true, extensions: [nameConstraints(['dns:corp.test'])] })
    const named = (name: string) => ({ extensions: [alternativeNames(['ip:127.0.0.1', `dns:${name}`])] })
    assert.equal(verifyLeaf(named('a.corp.test'), corp), undefined)
    assert.equal(verifyLeaf(named('a.other.test'), corp), 'root: name_constraints')
    const secret = makeCertificate({ ca: true, extensions: [nameConstraints([], ['dns:x.corp.test'])] })
    assert.equal(verifyLeaf(named('*.corp.test'), secret), 'root: name_constraints')
    assert.equal(verifyLeaf(named('*.corp.test'), secret, { version: '1.7' }), undefined)
  })

  it('refuses critical extensions that Go does not know', () => {
    assert.equal(verifyLeaf({ extensions: [unknownExtension(true)] }), 'leaf: unhandled_extension')
    assert.equal(verifyLeaf({ extensions: [unknownExtension(false)] }), undefined)
    const critical = { extensions: [authorityKey('x', true)] }
    assert.match(verifyLeaf(critical) ?? '', /marked critical/)
    assert.equal(verifyLeaf(critical, ca, { version: '1.6' }), undefined)
  })

  it('refuses certificates that Go cannot read', () => {
    const twice = [unknownExtension(false), unknownExtension(false)]
    assert.equal(verifyLeaf({ extensions: twice }), 'the same extension twice')
    assert.match(verifyLeaf({ key: 'secp256k1' }) ?? '', /curve/)
    for (const name of ['dns:b\u00fc.test', 'uri:http://a/%zz', 'uri::x', 'uri:http://a:b/'])
      assert.match(verifyLeaf({ extensions: [alternativeNames([name])] }) ?? '', /alternative name/, name)
  })

  it('cuts any certificate short without an exception', () => {
    for (let length = 0; length < ca.der.length; length++)
      assert('has' in readCertificate(ca.der.subarray(0, length), rulesOf('2.1')), String(length))
  })

  it('reads any byte changed without an exception', () => {
    for (let at = 0; at < ca.der.length; at++) {
      const changed = Buffer.from(ca.der)
      changed[at] = (changed[at] ?? 0) ^ 0xff
      assert(readCertificate(changed, rulesOf('2.1')) !== undefined)
    }
  })
})

describe('probe: names of certificates', () => {
  const matches = (name: string, host: string, version = '2.1') =>
    verifyLeaf({ extensions: [alternativeNames([name])] }, ca, { host, version }) === undefined

  it('matches names without regard to case and to a final dot of the host', () => {
    assert(matches('dns:Mirror.Test', 'mirror.test'))
    assert(matches('dns:mirror.test', 'mirror.test.'))
    assert(!matches('dns:mirror.test.', 'mirror.test'))
    assert(matches('dns:my_mirror.test', 'my_mirror.test'))
  })

  it('matches a wildcard with one whole label', () => {
    assert(matches('dns:*.mirror.test', 'a.mirror.test'))
    assert(!matches('dns:*.mirror.test', 'mirror.test'))
    assert(!matches('dns:*.mirror.test', 'a.b.mirror.test'))
    assert(!matches('dns:a*.mirror.test', 'ab.mirror.test'))
    assert(!matches('dns:x.*.test', 'x.mirror.test'))
    assert(!matches('dns:*', 'localhost'))
    assert(matches('dns:*', 'localhost', '1.6'))
  })

  it('matches addresses with addresses only', () => {
    assert(matches('ip:10.0.0.1', '10.0.0.1'))
    assert(!matches('dns:10.0.0.1', '10.0.0.1'))
    assert(matches('ip:2001:db8:0:0:0:0:0:1', '2001:db8::1'))
    assert(matches('ip:0:0:0:0:0:ffff:7f00:1', '127.0.0.1', '1.7'))
  })
})
