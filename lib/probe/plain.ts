/** What others wrote, made fit for a terminal. */

/** `text` on one line, without control, format or separator characters, and cut to `limit` characters. */
export function plain(text: string, limit = 60): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  const characters = [...line]
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : line
}
