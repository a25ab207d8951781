/** The certificates and keys that a hosts.toml names, and where. Pure. */
import path from 'node:path'
import { isTable } from '../../../formats/is-table.ts'
import { type TomlPath, tomlValue } from '../../../formats/toml/ast.ts'
import { locateToml } from '../../../formats/toml/locations.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'

/** Absolute paths; relative ones start at the directory of the file (makeAbsPath, hosts.go:606@v2.3.4). */
export interface NamedCertificate {
  /** `ca`: trusted; `client`: shown to the server. */
  readonly kind: 'ca' | 'client'
  readonly cert: string
  /** Of a client; the file of the certificate where it holds both. */
  readonly key?: string
  readonly line: number | undefined
}

export function namedCertificates(ast: TomlAst, directory: string): readonly NamedCertificate[] {
  const value = tomlValue(ast)
  const hosts = isTable(value.host) ? Object.entries(value.host) : []
  const tables = [[[], value] as const, ...hosts.map(([name, keys]) => [['host', name], keys] as const)]
  return tables.flatMap(([at, keys]) => (isTable(keys) ? namedIn(ast, at, keys, directory) : []))
}

function namedIn(
  ast: TomlAst,
  at: TomlPath,
  { ca, client }: Readonly<Record<string, unknown>>,
  directory: string,
): readonly NamedCertificate[] {
  const lineOf = (key: string) => locateToml(ast, [...at, key])?.line
  const absolute = (file: string) => path.posix.resolve(directory, file)
  const cas = itemsOf(ca).filter(isText).map(absolute)
  const pairs = itemsOf(client)
    .map(pairOf)
    .filter(pair => pair !== undefined)
  return [
    ...cas.map(cert => ({ kind: 'ca' as const, cert, line: lineOf('ca') })),
    ...pairs.map(([cert, key]) => ({
      ...{ kind: 'client' as const, cert: absolute(cert), key: absolute(key), line: lineOf('client') },
    })),
  ]
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined ? [] : [value]
}

/** A path alone is that of a file with both. */
function pairOf(item: unknown): readonly [cert: string, key: string] | undefined {
  if (isText(item)) return [item, item]
  const [cert, key] = itemsOf(item)
  return isText(cert) && isText(key) ? [cert, key] : undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
