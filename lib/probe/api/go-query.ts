/** Queries as Go's net/url reads and writes them. Texts are bytes as Latin-1. Pure. */
import { escapeByte, unescapeAll } from '../../model/go-url.ts'

type Pair = readonly [name: string, value: string]

/** The query with these parameters added, by name, each as Go encodes it (net/url/url.go Values.Encode@go1.24). */
export function extendQuery(query: string, added: readonly Pair[]): string {
  return [...parseQuery(query), ...added]
    .toSorted(([a], [b]) => Number(a > b) - Number(a < b))
    .map(pair => pair.map(escapeText).join('='))
    .join('&')
}

/** What Go cannot decode is left out (net/url/url.go parseQuery@go1.24). */
function parseQuery(query: string): readonly Pair[] {
  const parts = query.split('&').filter(part => part !== '' && !part.includes(';'))
  return parts.flatMap(part => {
    const [, name = '', value = ''] = /^([^=]*)=?([\s\S]*)$/.exec(part) ?? []
    const [key, content] = [unescapeText(name), unescapeText(value)]
    return key === undefined || content === undefined ? [] : [[key, content] as const]
  })
}

function unescapeText(text: string): string | undefined {
  return unescapeAll(text.replaceAll('+', ' '))
}

function escapeText(text: string): string {
  return text.replace(/[^A-Za-z0-9_.~-]/g, character => (character === ' ' ? '+' : escapeByte(character)))
}
