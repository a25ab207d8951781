/** A change of one part of a text. Pure. */

/** Replaces the text from `at` to `end`. */
export interface Edit {
  readonly at: number
  readonly end: number
  readonly text: string
}

export function edited(text: string, { at, end, text: inserted }: Edit): string {
  return text.slice(0, at) + inserted + text.slice(end)
}
