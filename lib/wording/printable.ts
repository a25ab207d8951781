/** Text of others on a terminal: what could steer it is shown instead of sent. */

/**
 * The text with every control character but newline and tab spelled out, and what else breaks lines or turns text
 * around; a carriage return before a newline goes.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
      spelled,
    )
}

/** The same in one line: whatever space there is becomes one. */
export function onOneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim())
}

function spelled(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
