/** How much room text takes on a terminal, and text made to fit. Pure. */

/** Drawn over what stands before it. Not what makes a sign an emoji: it may then be a wide one. */
const NONE = /^(?!\ufe0f)[\p{Mn}\p{Me}]$/u
/** East Asian letters and emoji (Unicode TR 11). */
const TWO =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{1bbff}\u{1f000}-\u{3ffff}]|\p{Emoji_Presentation}/u

/** What nearly every text here is made of. */
const PLAIN = /^[ -~·…█-▏●◐✗]*$/

/** The columns that a text takes; where terminals differ, the most. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  return [...text].reduce((sum, character) => sum + widthOf(character), 0)
}

/** With spaces behind it, up to a width. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)))
}

/** Cut in the middle: what begins and what ends a name tells it from others. */
export function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
  if (width < 1) return ''
  const tail = Math.floor((width - 1) / 2)
  const end = beginning([...text].reverse(), tail).toReversed()
  return `${beginning([...text], width - 1 - tail).join('')}…${end.join('')}`
}

/** In pieces that fit; one that is wider than all the room has a piece of its own. */
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
