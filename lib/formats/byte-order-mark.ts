/** A byte order mark stays in front of a text, in every format. Pure. */
import type { Format } from './format.ts'

export const BYTE_ORDER_MARK = '\ufeff'

/** The format for texts that may begin with a byte order mark. */
export function skipByteOrderMark(format: Format): Format {
  return {
    ...format,
    valueAt: (text, path) => format.valueAt(withoutMark(text), path),
    set: (text, path, value) => edited(text, rest => format.set(rest, path, value)),
    ...(format.setEach && {
      setEach: (text, values) => edited(text, rest => format.setEach?.(rest, values)),
    }),
    withdraw: (text, original, path) =>
      edited(text, rest => format.withdraw(rest, withoutMark(original), path)),
    secrets: text => {
      const length = markOf(text).length
      return format.secrets(text.slice(length))?.map(([start, end]) => [start + length, end + length])
    },
  }
}

function edited(text: string, edit: (rest: string) => string | undefined): string | undefined {
  const result = edit(withoutMark(text))
  return result === undefined ? undefined : markOf(text) + result
}

function withoutMark(text: string): string {
  return text.slice(markOf(text).length)
}

function markOf(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : ''
}
