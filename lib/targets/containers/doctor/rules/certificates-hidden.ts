import type { Rule } from '../../../rule.ts'
import { certificateDirectory } from '../../pull/certificates.ts'
import type { Snapshot } from '../../snapshot.ts'
import { usedHosts } from './certificate-alone.ts'

/**
 * Of the directories of a host, the first one that exists is the only one that is read, even if it is empty (dockerCertDir,
 * image/docker/docker_client.go:162-197@image/v5.39.2). Proved by test/e2e/containers-order.spec.ts.
 */
export const certificatesHidden: Rule<Snapshot> = {
  code: 'certificates_hidden',
  severity: 'warning',
  part: 'hosts',
  title: 'a directory of certificates hides those of another one',
  find: snapshot =>
    usedHosts(snapshot).flatMap(host => {
      const used = certificateDirectory(host, snapshot)
      if (used === undefined) return []
      const known = new Set([...used.directory.texts.values()].map(text => text.trim()))
      return snapshot.places.certsDirs
        .map(root => `${root}/${host}`)
        .filter(path => path !== used.path)
        .flatMap(path =>
          [...(snapshot.certificates.get(path)?.texts ?? [])].map(([name, text]) => ({ path, name, text })),
        )
        .filter(({ text }) => !known.has(text.trim()))
        .map(({ path, name }) => ({
          file: `${path}/${name}`,
          about: [used.path],
          problem: `${used.path} exists, and is read instead of this directory`,
          consequence: `requests to ${host} are made without this file`,
          cure: `copy it to ${used.path}, or remove that directory`,
        }))
    }),
}
