/** Sets several values in one text. Pure. */
import type { Format, PathValue } from './format.ts'

/** The values are set in their order; undefined where one of them cannot be set. */
export function setEach(format: Format, text: string, values: readonly PathValue[]): string | undefined {
  if (format.setEach !== undefined) return format.setEach(text, values)
  return values.reduce<string | undefined>(
    (rest, { path, value }) => (rest === undefined ? undefined : format.set(rest, path, value)),
    text,
  )
}
