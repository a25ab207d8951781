/** Hides credentials in text that will be shown: `user:password@` with or without a scheme, and the values of a query. Pure. */

/** A quoted text on one line, which may hold a password with spaces, or a word. */
const PIECE = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"']+/g
/** A value of a query, or a whole query without a key. */
const QUERY_VALUE = /([?&])([^=&#\s"']*=)?[^&#\s"']+/g

/** The text with `***` in place of each of them. */
export function hideCredentials(text: string): string {
  return text.replace(/\S+/g, hideInUrl).replace(PIECE, hideBare)
}

/** A password may contain "/" or a quote without escapes, so it ends at the last "@" of the word. */
function hideInUrl(word: string): string {
  const [start, end] = [word.indexOf('://'), word.lastIndexOf('@')]
  if (start === -1) return word
  const rest = end < start ? word.slice(start + 3) : `***${word.slice(end)}`
  const query = rest.indexOf('?')
  const [place, values] = query === -1 ? [rest, ''] : [rest.slice(0, query), rest.slice(query)]
  return `${word.slice(0, start)}://${place}${values.replace(QUERY_VALUE, '$1$2***')}`
}

/** Without a scheme. Before the digest of an image (`x:1@sha256:…`) stands a tag, not a password. */
function hideBare(piece: string): string {
  if (piece.includes('://')) return piece
  const last = piece.lastIndexOf('@')
  const end = /^@sha\d+:/.test(piece.slice(last)) ? piece.lastIndexOf('@', last - 1) : last
  const start = piece.indexOf(':')
  return start === -1 || end < start ? piece : `${piece.slice(0, start)}:***${piece.slice(end)}`
}
