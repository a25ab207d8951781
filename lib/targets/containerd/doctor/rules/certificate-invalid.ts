/**
 * A certificate or key that containerd cannot load: no PEM, a directory, a key of another certificate, or one under a
 * passphrase. Every pull from the registry fails, the server included (hosts.go:255-287@v2.3.4). On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */
import { pairProblem, readableCertificates } from '../../../../formats/pem.ts'
import type { Refused } from '../../../../model/refused.ts'
import type { Found, Rule } from '../../../rule.ts'
import type { NamedCertificate } from '../named-certificates.ts'
import type { ObservedFile, ObservedNode } from '../observed-node.ts'
import { findAtCertificates, placeOfCertificate } from '../used-certificates.ts'

export const certificateInvalid: Rule<ObservedNode> = {
  code: 'certificate_invalid',
  severity: 'error',
  part: 'hosts',
  title: 'containerd cannot load a certificate or key',
  find: observed =>
    findAtCertificates(observed, (named, view) => {
      const fault = faultOf(named, observed)
      if (fault === undefined) return []
      const consequence = 'containerd fails every pull from this registry, from its own server too'
      return [{ ...placeOfCertificate(named, view), about: [named.cert], ...fault, consequence }]
    }),
}

type Fault = Pick<Found, 'problem' | 'cure'>

function faultOf({ kind, cert, key = cert }: NamedCertificate, { files }: ObservedNode): Fault | undefined {
  const [one, other] = [files.get(cert), files.get(key)]
  if (one === undefined || other === undefined) return undefined
  const noFile = [[cert, one] as const, [key, other] as const].find(([, { facts }]) => facts.type !== 'file')
  if (noFile !== undefined)
    return { problem: `${kind} names ${noFile[0]}, which is no file`, cure: 'name a PEM file' }
  const texts = [textOf(one), textOf(other)] as const
  if (texts[0] === undefined || texts[1] === undefined) return undefined
  return kind === 'ca' ? faultOfCa(cert, texts[0]) : faultOfPair(cert, texts[0], key, texts[1])
}

/** Undefined where the user may not read it. */
function textOf({ bytes }: ObservedFile): string | undefined {
  return bytes?.toString('latin1')
}

function faultOfCa(file: string, text: string): Fault | undefined {
  if (readableCertificates(text).length > 0) return undefined
  const cure = 'put the CA certificate there in PEM; for DER, convert it: openssl x509 -inform der'
  return { problem: `ca names ${file}, which holds no valid PEM certificate`, cure }
}

function faultOfPair(cert: string, certText: string, key: string, keyText: string): Fault | undefined {
  const problem = pairProblem({ path: cert, text: certText }, { path: key, text: keyText })
  if (problem === undefined) return undefined
  const { at, message } = problem
  return { problem: `client: ${at === 'cert' ? cert : key} ${message}`, cure: cureFor(problem, cert) }
}

function cureFor({ hint }: Refused, cert: string): string {
  return hint?.replace(/\bto cert$/, `to ${cert}`) ?? 'replace it'
}
