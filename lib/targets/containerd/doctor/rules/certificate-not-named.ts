/**
 * A `*.crt`, `*.cert` or `*.key` beside a hosts.toml that does not name it: containerd loads these only where it uses no
 * hosts.toml (loadHostDir, hosts.go:321-336@v2.3.4). Docker reads those in its own directory. On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { certificateKeys, isCertificate } from '../certificate-keys.ts'
import { type HostsView, placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

const OF_DOCKER = '/etc/docker/certs.d'

export const certificateNotNamed: Rule<ObservedNode> = {
  code: 'certificate_not_named',
  severity: 'warning',
  part: 'hosts',
  title: 'a certificate beside hosts.toml is not used',
  find: observed =>
    findInHosts(observed, view => {
      const { path, entries } = view.directory
      const isUsed = usedIn(view, observed)
      const beside = entries.filter(name => isCertificate(name) && !isUsed(`${path}/${name}`))
      if (beside.length === 0 || view.root === OF_DOCKER) return []
      return [
        {
          ...placeIn(view, 1),
          problem: `the file does not name ${beside.join(', ')}, which lies beside it`,
          consequence:
            'containerd loads such certificates only where there is no hosts.toml, so TLS may fail with x509',
          cure: `write ${certificateKeys(beside, entries)} above the first [host…] for the server, or below the header of a [host…] for that mirror; or move it away`,
        },
      ]
    }),
}

/** Whether a hosts.toml names a file, or a copy of it, such as regmirror makes. */
function usedIn({ certificates }: HostsView, { files }: ObservedNode): (file: string) => boolean {
  const named = certificates.flatMap(({ cert, key = cert }) => [cert, key])
  return file => {
    const bytes = files.get(file)?.bytes
    return named.some(
      one => one === file || (bytes !== undefined && files.get(one)?.bytes?.equals(bytes) === true),
    )
  }
}
