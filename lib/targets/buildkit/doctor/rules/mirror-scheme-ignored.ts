/** A mirror with a scheme: it is parsed and dropped (util/resolver/utils.go:9-22, resolver.go:174-185@v0.32.2). Pure. */
import { isLoopback } from '../../../../model/registry.ts'
import type { Rule } from '../../../rule.ts'
import type { ObservedBuildkit } from '../observe-node.ts'
import { registryTables } from '../registry-tables.ts'

export const mirrorSchemeIgnored: Rule<ObservedBuildkit> = {
  code: 'mirror_scheme_ignored',
  severity: 'error',
  part: 'config',
  title: 'a mirror is written with a scheme, and contacted over another',
  find: observed =>
    registryTables(observed).flatMap(({ mirrors, place, settingsOf }) =>
      mirrors.flatMap(({ scheme, host }, i) => {
        const { http, insecure } = settingsOf(host)
        const isHttp = http === true || (http === undefined && isLoopback(host))
        const used = isHttp && insecure !== true ? 'http' : 'https'
        if (scheme === undefined || scheme.toLowerCase() === used) return []
        const key = scheme.toLowerCase() === 'http' ? 'http = true' : 'http = false'
        return [
          {
            ...place('mirrors', i),
            problem: `the scheme of ${scheme}://${host} has no meaning`,
            consequence: `BuildKit contacts this mirror over ${used}`,
            cure: `set ${key} in [registry."${host}"]; then restart buildkitd`,
          },
        ]
      }),
    ),
}
