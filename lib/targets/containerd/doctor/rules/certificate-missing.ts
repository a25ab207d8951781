/**
 * A certificate or key that a hosts.toml names and that does not exist: every pull from the registry fails, the server
 * included (hosts.go:255-287@v2.3.4). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import type { ObservedNode } from '../observed-node.ts'
import { findAtCertificates, placeOfCertificate } from '../used-certificates.ts'

export const certificateMissing: Rule<ObservedNode> = {
  code: 'certificate_missing',
  severity: 'error',
  part: 'hosts',
  title: 'a certificate or key does not exist',
  find: observed =>
    findAtCertificates(observed, (named, view) => {
      const { kind, cert, key = cert } = named
      return [...new Set([cert, key])]
        .filter(file => observed.files.get(file) === undefined)
        .map(missing => ({
          ...placeOfCertificate(named, view),
          about: [missing],
          problem: `${kind} names ${missing}, which does not exist`,
          consequence: 'containerd fails every pull from this registry, from its own server too',
          cure: `put the file there, or remove ${kind}`,
        }))
    }),
}
