/** The certificates and keys that buildkitd.toml names. Pure. */
import { stringsIn, tablesIn } from '../../../formats/table-values.ts'
import type { TomlFile } from '../../toml-file.ts'
import { keypairsIn } from '../pull/keypairs.ts'

export interface NamedFile {
  /** `[registry."host"]`. */
  readonly host: string
  readonly key: 'ca' | 'cert' | 'key'
  readonly path: string
  /** Where it is named. */
  readonly at: readonly (string | number)[]
}

export function namedFiles({ value }: Pick<TomlFile, 'value'>): readonly NamedFile[] {
  return tablesIn(value.registry).flatMap(([host, table]) => [
    ...stringsIn(table.ca).map((path, i) => ({
      ...{ host, key: 'ca' as const, path },
      at: ['registry', host, 'ca', i],
    })),
    ...keypairsIn(table).flatMap((pair, i) =>
      (['cert', 'key'] as const).map(key => ({
        ...{ host, key, path: pair[key] },
        at: ['registry', host, 'keypair', i, key],
      })),
    ),
  ])
}
