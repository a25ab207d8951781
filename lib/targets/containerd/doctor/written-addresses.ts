/** The addresses in a hosts.toml as they are written. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { parseTomlAst, tomlValue } from '../../../formats/toml/ast.ts'
import { locateToml } from '../../../formats/toml/locations.ts'
import type { HostsView } from './hosts-views.ts'

export interface WrittenAddress {
  readonly url: string
  readonly isServer: boolean
  readonly line: number | undefined
}

export function writtenAddresses({ text = '' }: HostsView): readonly WrittenAddress[] {
  const parsed = parseTomlAst(text.replace(/^\ufeff/, ''))
  if ('fault' in parsed) return []
  const { host, server } = tomlValue(parsed.ast)
  const lineOf = (path: readonly string[]) => locateToml(parsed.ast, path)?.line
  const mirrors = isTable(host) ? Object.keys(host) : []
  return [
    ...mirrors.map(url => ({ url, isServer: false, line: lineOf(['host', url]) })),
    ...(typeof server === 'string' ? [{ url: server, isServer: true, line: lineOf(['server']) }] : []),
  ]
}
