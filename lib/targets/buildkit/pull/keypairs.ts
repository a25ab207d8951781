/** Client certificates in a table of buildkitd.toml. Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'

export function keypairsIn({ keypair }: Table): readonly { readonly cert: string; readonly key: string }[] {
  const pairs = Array.isArray(keypair) ? keypair.filter(isTable) : []
  return pairs.map(({ cert, key }) => ({ cert: String(cert ?? ''), key: String(key ?? '') }))
}
