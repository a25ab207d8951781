/**
 * A table that no image name leads to: BuildKit looks for the registry as it is in the name of an image, such as docker.io, and
 * for the host of a mirror without its path (util/resolver/resolver.go:118,136@v0.32.2). Pure.
 */
import type { Rule } from '../../../rule.ts'
import type { ObservedBuildkit } from '../observe-node.ts'
import { type RegistryTable, registryTables } from '../registry-tables.ts'

export const registryNameUnused: Rule<ObservedBuildkit> = {
  code: 'registry_name_unused',
  severity: 'error',
  part: 'config',
  title: 'a table of `buildkitd.toml` has a name that BuildKit never looks for',
  find: observed =>
    registryTables(observed).flatMap(table => {
      const cure = cureFor(table)
      if (cure === undefined) return []
      return [
        {
          ...table.place(),
          problem: `no image is in a registry with the name ${table.name}`,
          consequence: 'BuildKit ignores this table',
          cure: `${cure}; then restart buildkitd`,
        },
      ]
    }),
}

const HUB = ['registry-1.docker.io', 'index.docker.io', 'hub.docker.com', 'registry.hub.docker.com']

function cureFor({ name, mirrors }: RegistryTable): string | undefined {
  if (HUB.includes(name)) return mirrors.length > 0 ? 'write [registry."docker.io"]' : undefined
  if (name === '*' || name === '_default') return 'write a table for each registry'
  const [, host = name] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/]*)/i.exec(name) ?? []
  return host === name ? undefined : `write [registry."${host === '' ? 'HOST' : host}"]`
}
