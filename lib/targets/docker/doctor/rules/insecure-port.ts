/** A port must be in the entry as it is in the URL (registry/config.go:243-292@v28.5.2; run on 28.5.2). Pure. */
import { locateJson } from '../../../../formats/json/locate.ts'
import { stringsIn } from '../../../../formats/table-values.ts'
import type { Rule } from '../../../rule.ts'
import { INSECURE } from '../../daemon-json.ts'
import { insecureEntries, isInsecure } from '../../insecure.ts'
import { daemonMirrors, hostIn } from '../../pull/daemon-mirrors.ts'
import type { ObservedDocker } from '../observe-docker.ts'

export const insecurePort: Rule<ObservedDocker> = {
  code: 'insecure_port',
  severity: 'warning',
  part: 'config',
  title: '`insecure-registries` has a mirror without its port, so that it has no effect',
  find: ({ snapshot }) => {
    const { config, json } = snapshot
    const hosts = daemonMirrors(snapshot).map(({ url }) => hostIn(url))
    return stringsIn(json?.value[INSECURE]).flatMap((entry, i) => {
      const name = entry.replace(/^https?:\/\//i, '')
      const host = hosts.find(one => one !== name && one.replace(/:\d+$/, '') === name)
      if (host === undefined || isInsecure(host, insecureEntries(snapshot))) return []
      return [
        {
          ...{ file: config.path, ...locateJson(json?.text ?? '', [INSECURE, i]) },
          problem: `${name} is not the mirror ${host}: the port is missing`,
          consequence: 'Docker verifies the certificate of the mirror',
          cure: `write "${host}"`,
        },
      ]
    })
  },
}
