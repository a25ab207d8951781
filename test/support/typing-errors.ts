/** Typing errors in a text, one at a time. Pure. */

const INSERTED = ['"', '\n', "'", '{', '\t', ':', '#', '[', '\0', '=', '\\', ',', 'é', ']', '\r']

/** The text with a character missing or added, or cut off, at every second position from `word` to the end of its line. */
export function typingErrors(text: string, word: string): readonly string[] {
  const start = text.indexOf(word)
  const end = text.indexOf('\n', start)
  const length = ((end === -1 ? text.length : end) - start) / 2
  const places = Array.from({ length }, (_, i) => start + 2 * i)
  return places.map((at, i) => {
    const [before, after] = [text.slice(0, at), text.slice(at)]
    if (i % 4 === 3) return before
    return i % 4 === 1 ? before + after.slice(1) : `${before}${INSERTED[i % INSERTED.length]}${after}`
  })
}
