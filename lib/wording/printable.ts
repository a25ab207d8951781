/** Makes foreign text safe for a terminal: characters that would control it are shown as escapes. Pure. */

/**
 * Escapes control characters other than newline and tab, and characters that break lines or change the direction of text.
 * A carriage return before a newline is removed.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
      escaped,
    )
}

/** The same on one line: each run of white space becomes one space. */
export function onOneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim())
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
