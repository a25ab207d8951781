/** Queries as Go's net/url reads and writes them. Text is handled as bytes, one a character. Pure. */

/** The query with these parameters added, by name, each as Go encodes it (net/url/url.go Values.Encode@go1.24). */
export function extendQuery(
  query: string,
  added: readonly (readonly [name: string, value: string])[],
): string {
  const all = [...parseQuery(query), ...added.map(pair => pair.map(toBytes))]
  return all
    .toSorted(([a = ''], [b = '']) => Number(a > b) - Number(a < b))
    .map(pair => pair.map(escapeBytes).join('='))
    .join('&')
}

/** What Go cannot decode is left out (net/url/url.go parseQuery@go1.24). */
function parseQuery(query: string): readonly (readonly string[])[] {
  return query
    .split('&')
    .filter(part => part !== '' && !part.includes(';'))
    .map(part => /^([^=]*)=?([\s\S]*)$/.exec(part)?.slice(1).map(decodePart) ?? [])
    .filter(pair => pair.every(half => half !== undefined))
}

function decodePart(text: string): string | undefined {
  return unescapeBytes(text.replaceAll('+', ' '))
}

/** Undefined where a percent sign is not followed by two hexadecimal digits. */
export function unescapeBytes(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined
  return toBytes(text).replace(/%(..)/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
}

function escapeBytes(text: string): string {
  return text.replace(/[^A-Za-z0-9_.~-]/g, character =>
    character === ' ' ? '+' : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
