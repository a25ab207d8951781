/** Queries as Go's net/url reads and writes them. Texts are bytes as Latin-1. Pure. */

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
  return query
    .split('&')
    .filter(part => part !== '' && !part.includes(';') && !/%(?![0-9a-f]{2})/i.test(part))
    .map(part => {
      const [, name = '', value = ''] = /^([^=]*)=?([\s\S]*)$/.exec(part) ?? []
      return [unescapeText(name), unescapeText(value)]
    })
}

function unescapeText(text: string): string {
  const plain = text.replaceAll('+', ' ')
  return plain.replace(/%(..)/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
}

function escapeText(text: string): string {
  return text.replace(/[^A-Za-z0-9_.~-]/g, character =>
    character === ' ' ? '+' : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
