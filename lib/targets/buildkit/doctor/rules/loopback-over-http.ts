/** A mirror at a loopback address with TLS settings: without `http = false` it is contacted over http (util/resolver/resolver.go:36-41@v0.32.2). Pure. */
import { isLoopback } from '../../../../model/registry.ts'
import type { Rule } from '../../../rule.ts'
import type { ObservedBuildkit } from '../observe-node.ts'
import { registryTables, tlsKeys } from '../registry-tables.ts'

export const loopbackOverHttp: Rule<ObservedBuildkit> = {
  code: 'loopback_over_http',
  severity: 'error',
  part: 'config',
  title: 'a host at a loopback address has TLS settings, and is contacted over `http`',
  find: observed =>
    registryTables(observed).flatMap(({ name, table, place }) => {
      const keys = tlsKeys(table)
      const isPlain = table.http === undefined && table.insecure !== true && isLoopback(name)
      if (!isPlain || keys.length === 0) return []
      return [
        {
          ...place(keys[0] ?? ''),
          problem: `${keys.join(' and ')} of ${name} has no effect without http = false`,
          consequence: 'BuildKit contacts a loopback address over http',
          cure: `set http = false in [registry."${name}"]; then restart buildkitd`,
        },
      ]
    }),
}
