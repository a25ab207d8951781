/** `http` and `insecure`: https is tried first, without a check of certificates, then http (util/resolver/resolver.go:47-60@v0.32.2). Pure. */
import type { Rule } from '../../../rule.ts'
import type { ObservedBuildkit } from '../observe-node.ts'
import { registryTables } from '../registry-tables.ts'

export const httpAndInsecure: Rule<ObservedBuildkit> = {
  code: 'http_and_insecure',
  severity: 'warning',
  part: 'config',
  title: '`http` and `insecure` are set for one host',
  find: observed =>
    registryTables(observed).flatMap(({ name, table, place }) => {
      if (table.http !== true || table.insecure !== true) return []
      return [
        {
          ...place('insecure'),
          problem: `${name} has http = true and insecure = true`,
          consequence: 'BuildKit tries https without a check of certificates, then http',
          cure: 'remove the one that the host does not need; then restart buildkitd',
        },
      ]
    }),
}
