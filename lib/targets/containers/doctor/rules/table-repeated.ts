import { isTable } from '../../../../formats/is-table.ts'
import type { Rule } from '../../../rule.ts'
import { isParsed } from '../../files/config-file.ts'
import { prefixesIn } from '../../files/registry-tables.ts'
import type { Snapshot } from '../../snapshot.ts'
import { usedFiles } from '../used-files.ts'

/** Of two tables with one prefix in one file, the first one counts (postProcessRegistries, sysregistriesv2@image/v5.39.2). */
export const tableRepeated: Rule<Snapshot> = {
  code: 'table_repeated',
  severity: 'warning',
  part: 'config',
  title: 'a file has two tables with one prefix',
  find: snapshot =>
    usedFiles(snapshot).flatMap(({ path, parsed }) => {
      if (!isParsed(parsed) || !isTable(parsed.value)) return []
      const prefixes = prefixesIn(parsed.value)
      return prefixes
        .filter((prefix, i) => prefixes.indexOf(prefix) !== i)
        .map(prefix => ({
          file: path,
          registry: prefix,
          problem: `there is more than one [[registry]] table with the prefix ${prefix}`,
          consequence: 'only the first one of the file is used',
          cure: 'move the mirrors of the others to the first one',
        }))
    }),
}
