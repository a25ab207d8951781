import type { Rule } from '../../../rule.ts'
import { placeOf } from '../../render/other-tables.ts'
import type { Snapshot } from '../../snapshot.ts'
import { placeIn, tablesOf, usedFiles, usedTables } from '../used-files.ts'

/**
 * A table replaces the whole table with the same prefix of an earlier file (updateWithConfigurationFrom,
 * image/pkg/sysregistriesv2/system_registries_v2.go:1033-1083@image/v5.39.2). Proved by test/e2e/containers-order.spec.ts.
 */
export const tableReplaced: Rule<Snapshot> = {
  code: 'table_replaced',
  severity: 'warning',
  part: 'config',
  title: 'a later file replaces a table with mirrors',
  find: snapshot => {
    const used = usedTables(snapshot)
    return tablesOf(usedFiles(snapshot)).flatMap(table => {
      const by = used.find(({ prefix }) => prefix === table.prefix)
      if (by === undefined || by === table) return []
      const kept = new Set(by.mirrors.map(({ location }) => location))
      const lost = table.mirrors.filter(({ location }) => !kept.has(location))
      if (lost.length === 0) return []
      return [
        {
          ...placeIn(table),
          about: [by.file],
          problem: `the table of ${placeOf(by)} replaces this one`,
          consequence: `pulls do not use ${lost.map(({ location }) => location).join(', ')}`,
          cure: 'write all mirrors in one table, and remove the other',
        },
      ]
    })
  },
}
