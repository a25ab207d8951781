/** The hosts of a hosts.toml in the order in which containerd uses them: a port of its rule, of each major version. */
import assert from 'node:assert/strict'
import { type AST, parseTOML } from 'toml-eslint-parser'

type Item = AST.TOMLTable | AST.TOMLKeyValue

export type Major = 1 | 2

/** The order of these major versions, which must agree. Throws where one of them would ignore the file. */
export function hostOrder(text: string, majors: readonly Major[] = [1, 2]): readonly string[] {
  const { body } = parseTOML(text).body[0]
  const [order = [], ...rest] = majors.map(major => (major === 1 ? order1(body) : order2(body)))
  for (const other of rest) assert.deepEqual(other, order, 'containerd 1 and 2 use the same order')
  return order
}

/**
 * containerd 2 reads the table headers of the file, takes those of two or more parts that begin with `host`, and skips
 * one that repeats the host just before it (core/remotes/docker/config/hosts.go:551-585@v2.3.4). It ignores arrays of
 * tables and inline tables.
 */
function order2(body: readonly Item[]): readonly string[] {
  const hosts: string[] = []
  for (const item of body) {
    if (item.type !== 'TOMLTable' || item.kind !== 'standard') continue
    const [first, host] = partsOf(item.key)
    if (first === 'host' && host !== undefined && hosts.at(-1) !== host) hosts.push(host)
  }
  return hosts
}

/**
 * containerd 1 takes the keys of `host` in the order of the lines on which they first appear, in any notation
 * (remotes/docker/config/hosts.go:531@v1.7.24). Its parser ends a table header at the first `]`, quoted or not
 * (github.com/pelletier/go-toml lexer.go lexInsideTableKey@v1.9.5) and knows no escapes in it; then it ignores the whole file.
 */
function order1(body: readonly Item[]): readonly string[] {
  const hosts = body.flatMap(item => {
    const path = partsOf(item.key)
    if (item.type === 'TOMLTable')
      assert.doesNotMatch(path.join(), /[[\]\\]/, 'containerd 1 cannot read this header')
    const below = item.type === 'TOMLTable' ? item.body.map(pair => [...path, ...partsOf(pair.key)]) : []
    return [path, ...below].flatMap(([first, host]) => (first === 'host' && host !== undefined ? [host] : []))
  })
  return [...new Set(hosts)]
}

function partsOf({ keys }: AST.TOMLKey): string[] {
  return keys.map(key => (key.type === 'TOMLBare' ? key.name : key.value))
}
