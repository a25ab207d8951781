/** Docker fails a pull where a key or a certificate is alone (registry/registry.go:66-118@v28.5.2; run on 28.5.2). Pure. */
import type { Rule } from '../../../rule.ts'
import { loneFile } from '../../pull/daemon-mirrors.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const clientPair: Rule<ObservedDocker> = {
  code: 'client_pair',
  severity: 'error',
  part: 'hosts',
  title: 'a client certificate in certs.d has no key, or a key no certificate',
  find: ({ snapshot: { directories, certsDir } }) =>
    (directories[certsDir] ?? []).flatMap(({ name, entries }) => {
      const lone = loneFile(entries)
      if (lone === undefined) return []
      return [
        {
          file: `${certsDir}/${name}/${lone.name}`,
          problem: `${lone.missing} is missing beside this file`,
          consequence: `Docker fails every pull through ${name}, without fallback`,
          cure: `add ${lone.missing} (a client certificate ends in .cert, a CA in .crt), or remove this file`,
        },
      ]
    }),
}
