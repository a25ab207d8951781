import { isTable, type Table } from '../../../../formats/is-table.ts'
import { readDocument } from '../../../../formats/toml/document.ts'
import { locateKey } from '../../../../formats/toml/locations.ts'
import type { Found, Rule } from '../../../rule.ts'
import { type ConfigFile, isParsed } from '../../files/config-file.ts'
import { type FilePath, keyOf, MIRROR_KEYS, REGISTRY_KEYS } from '../../files/shape.ts'
import type { Snapshot } from '../../snapshot.ts'
import { usedFiles } from '../used-files.ts'

/**
 * Keys that are not known are ignored, with a line of the debug log (loadConfigFile, :964-966@image/v5.39.2). A key of the
 * registry that stands after [[registry.mirror]] is one of the mirror (podman#14306).
 */
export const registriesKeyUnknown: Rule<Snapshot> = {
  code: 'registries_key_unknown',
  severity: 'warning',
  part: 'config',
  title: 'a table of `registries.conf` has a key that is ignored',
  find: snapshot => usedFiles(snapshot).flatMap(keysIn),
}

function keysIn(file: ConfigFile): readonly Found[] {
  if (!isParsed(file.parsed)) return []
  const { value } = file.parsed
  const list = keyOf(value, 'registry')
  const tables = list === undefined ? [] : (value[list] as readonly Table[])
  return tables.flatMap((table, i) => {
    const at = [list ?? '', i]
    const mirrors = keyOf(table, 'mirror')
    const below = mirrors === undefined ? [] : (table[mirrors] as readonly Table[]).filter(isTable)
    return [
      ...unknownIn(table, REGISTRY_KEYS).map(key => finding(file, [...at, key], false)),
      ...below.flatMap((mirror, n) =>
        unknownIn(mirror, MIRROR_KEYS).map(key =>
          finding(file, [...at, mirrors ?? '', n, key], REGISTRY_KEYS.includes(key)),
        ),
      ),
    ]
  })
}

/** `proxy` is of later releases. */
function unknownIn(table: Table, known: readonly string[]): readonly string[] {
  return Object.keys(table).filter(key => ![...known, 'proxy'].includes(key.toLowerCase()))
}

function finding({ path, text = '' }: ConfigFile, at: FilePath, isOfRegistry: boolean): Found {
  const read = readDocument(text.replace(/^\ufeff/, ''))
  const place = 'value' in read ? locateKey(read.tree(), at) : undefined
  const key = String(at.at(-1))
  return {
    file: path,
    ...place,
    problem: isOfRegistry
      ? `${key} stands below [[registry.mirror]], and belongs to the registry`
      : `there is no key ${key}`,
    consequence: 'the key is ignored',
    cure: isOfRegistry ? 'move it above the first [[registry.mirror]]' : 'correct it, or remove it',
  }
}
