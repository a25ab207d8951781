import type { Rule } from '../../../rule.ts'
import { certificateDirectory, loneFile } from '../../pull/certificates.ts'
import { hostIn } from '../../render/locations.ts'
import type { Snapshot } from '../../snapshot.ts'
import { usedTables } from '../used-files.ts'

/**
 * A client certificate without its key, or a key without its certificate, makes every request to the host fail
 * (SetupCertificates, image/pkg/tlsclientconfig/tlsclientconfig.go@image/v5.39.2). Proved by test/e2e/containers-order.spec.ts.
 */
export const certificateAlone: Rule<Snapshot> = {
  code: 'certificate_alone',
  severity: 'error',
  part: 'hosts',
  title: 'a client certificate has no key beside it, or a key no certificate',
  find: snapshot =>
    usedHosts(snapshot).flatMap(host => {
      const found = certificateDirectory(host, snapshot)
      const lone = found && loneFile(found.directory)
      if (found === undefined || lone === undefined) return []
      return [
        {
          file: `${found.path}/${lone.name}`,
          problem: `there is no ${lone.partner} beside it`,
          consequence: `every request to ${host} fails, and pulls go to the next endpoint`,
          cure: `add ${lone.partner}, or remove the file; a CA must end in .crt`,
        },
      ]
    }),
}

export function usedHosts(snapshot: Snapshot): readonly string[] {
  const locations = usedTables(snapshot).flatMap(({ location, mirrors }) => [
    location,
    ...mirrors.map(one => one.location),
  ])
  return [...new Set(locations.map(hostIn))].filter(host => host !== '')
}
