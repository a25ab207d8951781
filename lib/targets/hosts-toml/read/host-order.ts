/** In which order containerd tries the hosts of a hosts.toml. Pure. */
import { keyNames } from '../../../formats/toml/ast.ts'
import type { TomlAst, TomlKeyValue, TomlTable } from '../../../formats/toml/tree-parser.ts'
import type { Release } from '../../release.ts'

export interface HostOrder {
  /** A name twice where containerd lists that host twice. */
  readonly names: readonly string[]
  /** Whether containerd itself tries some of them in a random order. */
  readonly random: boolean
}

export function hostOrder(ast: TomlAst, { major }: Release): HostOrder {
  return major < 2 ? orderByLine(ast) : { names: orderOfHeaders(ast), random: false }
}

type Item = TomlKeyValue | TomlTable

/**
 * 2.x takes hosts from table headers alone, and each again where another host's header stands between
 * (getSortedHosts, core/remotes/docker/config/hosts.go:551-585@v2.3.4).
 */
function orderOfHeaders(ast: TomlAst): readonly string[] {
  const hosts = ast.body[0].body
    .filter((item: Item) => item.type === 'TOMLTable' && item.kind === 'standard')
    .map(item => keyNames(item.key))
    .filter(names => names[0] === 'host' && names.length > 1)
    .map(names => names[1] ?? '')
  return hosts.filter((name, i) => name !== (hosts[i - 1] ?? ''))
}

/**
 * 1.x sorts the hosts by the line of the key that creates each; an inline table has no line, and what has the same line is
 * in the order of a Go map (getSortedHosts, remotes/docker/config/hosts.go:531-547@v1.7.24; go-toml toml.go newTree@v1.9.5).
 */
function orderByLine(ast: TomlAst): HostOrder {
  const lines = new Map<string, number>()
  for (const { name, line } of ast.body[0].body.flatMap(hostsIn)) if (!lines.has(name)) lines.set(name, line)
  const names = [...lines.keys()].sort((a, b) => (lines.get(a) ?? 0) - (lines.get(b) ?? 0))
  return { names, random: [...lines.values()].filter(line => line === 0).length > 1 }
}

interface Created {
  readonly name: string
  /** 0: in an inline table. */
  readonly line: number
}

/** The hosts that an item of the document creates, unless they are there already. */
function hostsIn(item: Item): readonly Created[] {
  if (item.type === 'TOMLKeyValue') return hostsOfPair(item, [])
  const [first, second] = item.resolvedKey
  if (first !== 'host') return []
  if (second !== undefined) return [{ name: String(second), line: item.loc.start.line }]
  return item.body.flatMap(pair => hostsOfPair(pair, ['host']))
}

function hostsOfPair(pair: TomlKeyValue, table: readonly string[]): readonly Created[] {
  const [first, name, below] = [...table, ...keyNames(pair.key)]
  if (first !== 'host') return []
  if (name === undefined) return inlineHosts(pair)
  const line = below === undefined && pair.value.type === 'TOMLInlineTable' ? 0 : pair.loc.start.line
  return [{ name, line }]
}

/** `host = { "http://m" = {…} }`. */
function inlineHosts({ value }: TomlKeyValue): readonly Created[] {
  if (value.type !== 'TOMLInlineTable') return []
  return value.body.map(pair => ({ name: keyNames(pair.key)[0] ?? '', line: 0 }))
}
