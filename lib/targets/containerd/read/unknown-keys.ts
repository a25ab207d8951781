/** Keys of a hosts.toml that containerd ignores without a message. Pure. */

import { locateKey } from '../../../formats/toml/locations.ts'
import { flatten } from '../../../formats/toml/pairs.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'
import type { Loss } from '../../../model/read-back.ts'
import { isCredentialKey } from '../../hosts-toml/read/hosts-keys.ts'

const HOST = ['capabilities', 'ca', 'client', 'skip_verify', 'header', 'override_path', 'dial_timeout']
const ROOT = [...HOST, 'server', 'host']

export function unknownKeyLosses(ast: TomlAst, file: string): readonly Loss[] {
  const unknown = new Map(
    flatten(ast).flatMap(({ path }) => {
      const [first = '', , third = ''] = path.map(String)
      const isHost = first.toLowerCase() === 'host'
      const known = isHost ? path.length < 3 || isKnown(HOST, third) : isKnown(ROOT, first)
      return known ? [] : [[path.slice(0, isHost ? 3 : 1).join('\n'), path.slice(0, isHost ? 3 : 1)] as const]
    }),
  )
  return [...unknown.values()].map(path => ({
    file,
    ...locateKey(ast, path),
    message: `containerd ignores ${path.at(-1)}: hosts.toml has no such key`,
    hint: 'nothing to do, unless it was meant to be another key',
  }))
}

function isKnown(names: readonly string[], key: string): boolean {
  return names.includes(key.toLowerCase()) || isCredentialKey(key)
}
