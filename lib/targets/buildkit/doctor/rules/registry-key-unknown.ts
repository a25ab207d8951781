/** A key that buildkitd does not know in the table of a registry: it is ignored (util/resolver/config/config.go:3-15@v0.32.2). Pure. */
import { nearest } from '../../../../wording/typos.ts'
import type { Rule } from '../../../rule.ts'
import type { ObservedBuildkit } from '../observe-node.ts'
import { registryTables } from '../registry-tables.ts'

const KEYS = ['mirrors', 'http', 'insecure', 'ca', 'keypair', 'tlsconfigdir']

export const registryKeyUnknown: Rule<ObservedBuildkit> = {
  code: 'registry_key_unknown',
  severity: 'warning',
  part: 'config',
  title: 'a table of `buildkitd.toml` has an unknown key',
  find: observed =>
    registryTables(observed).flatMap(({ name, table, place }) =>
      Object.keys(table)
        .filter(key => !KEYS.includes(key.toLowerCase()))
        .map(key => {
          const meant = nearest(key.toLowerCase(), KEYS)
          const list = meant === undefined ? `; the keys are ${KEYS.join(', ')}` : `, or write ${meant}`
          return {
            ...place(key),
            problem: `BuildKit does not know ${key} in [registry."${name}"]`,
            consequence: 'BuildKit ignores it',
            cure: `remove it${list}; then restart buildkitd`,
          }
        }),
    ),
}
