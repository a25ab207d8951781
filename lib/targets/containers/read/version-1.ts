/** The older format of registries.conf: lists of hosts. Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import { stringsIn } from '../../../formats/table-values.ts'
import type { FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { entryAt, type FileDocument, lossAt } from '../../file-document.ts'

export function readVersion1(document: FileDocument, registries: Table): ReadBack {
  const hosts = stringsIn(tableAt(registries, 'insecure').registries)
  const blocked = stringsIn(tableAt(registries, 'block').registries)
  const place = (key: string, i: number) => ['registries', key, 'registries', i]
  const insecure = hosts.map((name, i): FoundRegistry => {
    const found = entryAt(document, place('insecure', i))
    return {
      name,
      ...found,
      mirrors: [],
      server: { at: found.at, url: `https://${name}/v2`, skipVerify: true },
    }
  })
  const losses: readonly Loss[] = [
    ...(Object.hasOwn(registries, 'search')
      ? [
          lossAt(
            document,
            ['registries', 'search'],
            'a list has no registries for short names',
            'keep this file for Podman and CRI-O',
          ),
        ]
      : []),
    ...hosts.map((name, i) =>
      lossAt(
        document,
        place('insecure', i),
        `${name} is also contacted over http; the list has https without verification`,
        `if it has no TLS, set server = "http://${name}"`,
      ),
    ),
    ...blocked.map((name, i) =>
      lossAt(
        document,
        place('block', i),
        `a list cannot block ${name} without a mirror`,
        'block it on the network, or add a mirror and fallback = false',
      ),
    ),
  ]
  return { registries: insecure, losses }
}

function tableAt(table: Table, key: string): Table {
  const value = table[key]
  return isTable(value) ? value : {}
}
