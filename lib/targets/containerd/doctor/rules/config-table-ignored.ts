/**
 * CRI tables under a name of another version of config.toml: containerd ignores them, 1.x without a message
 * (services/server/config/config.go:181-194@v1.7.24), 2.x with a line in its log (v1Migrate and pluginmigration,
 * cmd/containerd/server/config/config.go:160-315@v2.1.9). On the real containerd: test/e2e/config-claims.spec.ts. Pure.
 */
import type { Found, Rule } from '../../../rule.ts'
import { versionFault } from '../../config/config-toml.ts'
import { type IgnoredTable, ignoredTables } from '../../config/ignored-tables.ts'
import { effectiveRegistry } from '../../config/merge.ts'
import type { Snapshot } from '../../snapshot.ts'
import { addVersion } from '../add-version.ts'
import { findForEach } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

export const configTableIgnored: Rule<ObservedNode> = {
  code: 'config_table_ignored',
  severity: 'error',
  also: { warning: 'for tables other than the registry', note: 'where the table that counts is there too' },
  part: 'config',
  title: 'CRI tables have the name of another version of config.toml',
  fixes: true,
  find: ({ snapshot }) =>
    findForEach(snapshot.readers, reader => {
      // With a version that this release refuses, containerd does not start at all.
      const isRefused = versionFault(snapshot.files[0]?.version ?? 2, reader) !== undefined
      const tables = isRefused ? [] : ignoredTables({ ...snapshot, generation: reader })
      const { configPath } = effectiveRegistry(snapshot.files, reader)
      const isSet = configPath !== undefined && configPath.value !== ''
      return tables.map(table => (isSet ? findLeft(table, snapshot) : findTable(table, snapshot)))
    }),
}

/** The registry table that counts is there too, such as after `regmirror apply`. */
function findLeft(ignored: IgnoredTable, snapshot: Snapshot): Found {
  const { file, line, table, version } = ignored
  const names = ignored.names.filter(name => name !== 'registry')
  if (names.length > 0) return findTable({ ...ignored, names }, snapshot)
  return {
    ...{ file, line, severity: 'note' },
    problem: `the registry table of ${table} is left over: a file of version ${version} has it elsewhere`,
    consequence: 'containerd ignores it, and reads the config_path of the other table',
    cure: 'remove it',
  }
}

function findTable({ file, line, names, table, version, instead }: IgnoredTable, { files }: Snapshot): Found {
  const isRegistry = names.includes('registry')
  const lost = isRegistry
    ? 'config_path has no effect, and no mirror is used'
    : `${names.join(', ')} has no effect`
  const parsed = files.find(({ path }) => path === file)
  const orVersion = parsed?.version === undefined ? ', or write version = 2 as the first line' : ''
  return {
    ...{ file, line },
    severity: isRegistry ? 'error' : 'warning',
    problem: `${table} is not a table of a file of version ${version}`,
    consequence: `containerd ignores it: ${lost}`,
    cure: `use ${instead}${orVersion}; then restart containerd`,
    ...(parsed && isRegistry && addVersion(parsed)),
  }
}
