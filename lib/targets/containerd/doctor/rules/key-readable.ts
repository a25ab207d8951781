/** A private key of a client certificate that every user can read. On the node only: no runtime minds. Pure. */
import type { Rule } from '../../../rule.ts'
import type { ObservedNode } from '../observed-node.ts'
import { findAtCertificates, placeOfCertificate } from '../used-certificates.ts'

export const keyReadable: Rule<ObservedNode> = {
  code: 'key_readable',
  severity: 'warning',
  part: 'hosts',
  title: 'a private key can be read by every user',
  fixes: true,
  find: observed =>
    findAtCertificates(observed, (named, view) => {
      const { key } = named
      const found = key === undefined ? undefined : observed.files.get(key)
      if (key === undefined || found?.facts.type !== 'file' || !found.isExposed) return []
      return [
        {
          ...placeOfCertificate(named, view),
          problem: `the private key ${key} can be read by every user`,
          consequence: 'any program on this node can use it',
          cure: `change the mode: chmod 600 ${key}`,
          fix: { file: key, mode: 0o600, why: 'only its owner may read the private key' },
        },
      ]
    }),
}
