/**
 * `http`, `insecure`, `ca` or `keypair` beside `mirrors`: they are for the server of the registry, and each mirror needs a table
 * of its own (util/resolver/resolver.go:133-143@v0.32.2), whatever the comment in docs/buildkitd.toml.md says. Pure.
 */
import type { Found, Rule } from '../../../rule.ts'
import type { ObservedBuildkit } from '../observe-node.ts'
import { type RegistryTable, registryTables, tlsKeys } from '../registry-tables.ts'

export const registryTlsForMirrors: Rule<ObservedBuildkit> = {
  code: 'registry_tls_for_mirrors',
  severity: 'warning',
  also: { note: 'for another registry than docker.io, which may need it' },
  part: 'config',
  title: '`http`, `insecure`, `ca` or `keypair` is set beside `mirrors`, and not for a mirror',
  find: observed => registryTables(observed).flatMap(findIn),
}

function findIn({ name, table, mirrors, place, settingsOf }: RegistryTable): readonly Found[] {
  return tlsKeys(table).flatMap((key): readonly Found[] => {
    const without = mirrors.filter(({ host }) => settingsOf(host)[key] === undefined)
    const [first] = without
    if (first === undefined) return []
    const hosts = [...new Set(without.map(({ host }) => host))].join(', ')
    return [
      {
        ...place(key),
        severity: name === 'docker.io' ? 'warning' : 'note',
        problem: `${key} of [registry."${name}"] is not for its mirrors`,
        consequence: `BuildKit uses it for the server of ${name} only, and contacts ${hosts} without it`,
        cure: `if a mirror needs it, move it to [registry."${first.host}"]; then restart buildkitd`,
      },
    ]
  })
}
