/** The certificates and keys that containerd loads for each registry: those of hosts.toml, else those of Docker's form. Pure. */

import { certificatesIn } from '../../hosts-toml/read/certificates.ts'
import type { Found } from '../../rule.ts'
import { findInHosts } from './by-release.ts'
import { type HostsView, hostsViews } from './hosts-views.ts'
import type { NamedCertificate } from './named-certificates.ts'
import type { ObservedNode } from './observed-node.ts'

type Check = (named: NamedCertificate, view: HostsView) => readonly Found[]

/** What a check finds at them. A release that refuses hosts.toml does not load what it names. */
export function findAtCertificates(observed: ObservedNode, check: Check): readonly Found[] {
  const inHosts = findInHosts(observed, view => view.certificates.flatMap(named => check(named, view)))
  const plain = hostsViews(observed).filter(({ text }) => text === undefined)
  return [...inHosts, ...plain.flatMap(view => besideIn(view).flatMap(named => check(named, view)))]
}

/** `*.crt`, and `*.cert` with its `*.key` (loadCertFiles, hosts.go:613-660@v2.3.4). */
function besideIn({ directory }: HostsView): readonly NamedCertificate[] {
  const { ca = [], client } = certificatesIn(directory)
  return [
    ...ca.map(cert => ({ kind: 'ca' as const, cert, line: undefined })),
    ...client.map(({ cert, key = cert }) => ({ kind: 'client' as const, cert, key, line: undefined })),
  ]
}

/** A finding about it stands where hosts.toml names it, else at the file itself. */
export function placeOfCertificate(
  { cert, line }: NamedCertificate,
  { file, registry }: HostsView,
): Pick<Found, 'file' | 'line' | 'registry'> {
  return line === undefined ? { file: cert, registry } : { file, registry, line }
}
