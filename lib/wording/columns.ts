/** How many columns text takes on a terminal, and text cut to fit. Pure. */

/** Drawn over the character before it. Not U+FE0F, which makes a character an emoji that may be wide. */
const NONE = /^(?!\ufe0f)[\p{Mn}\p{Me}]$/u
/** East Asian letters and emoji (Unicode TR 11). */
const TWO =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{1bbff}\u{1f000}-\u{3ffff}]|\p{Emoji_Presentation}/u

/** Nearly every text here consists of these. */
const PLAIN = /^[ -~·…█-▏●◐✗]*$/

/** The columns that a text takes. Where terminals differ, the largest number. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  return [...text].reduce((sum, character) => sum + widthOf(character), 0)
}

/** With spaces after it, up to a width. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)))
}

/** Cut in the middle: names differ at their beginning and their end. */
export function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
  if (width < 1) return ''
  const tail = Math.floor((width - 1) / 2)
  const end = beginning([...text].reverse(), tail).toReversed()
  return `${beginning([...text], width - 1 - tail).join('')}…${end.join('')}`
}

/** In pieces that fit. A character that is wider than that has a piece of its own. */
export function pieces(text: string, width: number): readonly string[] {
  if (columnsOf(text) <= width) return [text]
  const characters = [...text]
  const first = Math.max(1, beginning(characters, width).length)
  const rest = characters.slice(first)
  const piece = characters.slice(0, first).join('')
  return rest.length === 0 ? [piece] : [piece, ...pieces(rest.join(''), width)]
}

function beginning(characters: readonly string[], width: number): readonly string[] {
  let used = 0
  const over = characters.findIndex(character => {
    used += widthOf(character)
    return used > width
  })
  return over === -1 ? characters : characters.slice(0, over)
}

function widthOf(character: string): number {
  if (NONE.test(character)) return 0
  return TWO.test(character) ? 2 : 1
}
