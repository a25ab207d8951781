import type { Rule } from '../../../rule.ts'
import { placeOf } from '../../render/other-tables.ts'
import type { Snapshot } from '../../snapshot.ts'
import { placeIn, usedTables } from '../used-files.ts'

/** The longest prefix wins, whatever the order of files (findRegistryWithParsedConfig, :918-945@image/v5.39.2). */
export const longerPrefix: Rule<Snapshot> = {
  code: 'longer_prefix',
  severity: 'note',
  part: 'config',
  title: 'a table for a part of a registry has no mirrors, and that of the registry has',
  find: snapshot => {
    const tables = usedTables(snapshot)
    return tables.flatMap(table => {
      const above = tables.find(
        ({ prefix, mirrors }) => mirrors.length > 0 && table.prefix.startsWith(`${prefix}/`),
      )
      if (above === undefined || table.mirrors.length > 0) return []
      return [
        {
          ...placeIn(table),
          about: [above.file],
          problem: `the table for ${table.prefix} has no mirrors, and that of ${placeOf(above)} has`,
          consequence: `pulls below ${table.prefix} use no mirror`,
          cure: 'add its mirrors, or remove the table',
        },
      ]
    })
  },
}
