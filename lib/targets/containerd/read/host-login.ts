/** A user name and a password below a host of hosts.toml, which containerd ignores (hosts.go:338-378@v2.3.4). Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { tomlValue } from '../../../formats/toml/ast.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'
import type { FoundEndpoint } from '../../../model/read-back.ts'
import type { HostEntry } from '../../hosts-toml/read/host-entry.ts'
import { isCredentialKey } from '../../hosts-toml/read/hosts-keys.ts'
import type { KeyLoss } from './key-loss.ts'

type Login = NonNullable<FoundEndpoint['login']>

/** Only where the list can send it without making it public, and where no other login is sent already. */
export function hostLogin(entry: HostEntry, path: readonly string[], ast: TomlAst): Login | undefined {
  const table = tableAt(path, ast)
  const valueAt = (names: RegExp) => Object.entries(table).find(([key]) => names.test(key))?.[1]
  const [user, password] = [valueAt(/^user(name)?$/i), valueAt(/^pass(word)?$/i)]
  const isSent = Object.keys(entry.header).some(name => /^authorization$/i.test(name))
  const isHost = path.length > 0 && entry.scheme === 'https'
  if (!isHost || isSent || typeof user !== 'string' || typeof password !== 'string') return undefined
  return user === '' || user.includes(':') || password === '' ? undefined : { user, password }
}

/** One for each host, at its first such key. */
export function credentialLosses(
  entry: HostEntry,
  path: readonly string[],
  ast: TomlAst,
): readonly KeyLoss[] {
  const keys = Object.keys(tableAt(path, ast)).filter(isCredentialKey)
  const [first] = keys
  if (first === undefined) return []
  const where = { key: [first] }
  const message = `containerd ignores ${keys.join(' and ')}: hosts.toml has no such key`
  if (hostLogin(entry, path, ast) === undefined)
    return [
      {
        ...where,
        message: `${message}; the list does not have this login`,
        hint: WRITE[kindOf(entry, path)],
      },
    ]
  return [
    {
      ...where,
      message: `${message}; the list has this login as a header, which the node has not sent until now`,
      hint: `if ${entry.host} does not require it, remove header from this mirror`,
    },
  ]
}

const HEADER = 'header = { Authorization = { basic = { user = "…", password = { file = "…" } } } }'

const WRITE = {
  host: `if the host requires it, set ${HEADER} on this mirror`,
  http: `over http everyone on the network can read it: write the URL with https:// and set ${HEADER} on this mirror`,
  server: `if the server requires it, set server = { url = "…", ${HEADER} }`,
  sent: 'nothing to do: the list has the Authorization header of this host',
}

function kindOf({ scheme, header }: HostEntry, path: readonly string[]): keyof typeof WRITE {
  if (Object.keys(header).some(name => /^authorization$/i.test(name))) return 'sent'
  if (path.length === 0) return 'server'
  return scheme === 'http' ? 'http' : 'host'
}

function tableAt(path: readonly string[], ast: TomlAst): Readonly<Record<string, unknown>> {
  let here: unknown = tomlValue(ast)
  for (const part of path) here = isTable(here) ? here[part] : undefined
  return isTable(here) ? here : {}
}
