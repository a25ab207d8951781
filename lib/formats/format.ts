/** What regmirror needs to know of a file format to own values in a file of another program. */

/** A value as JSON has it, which every format can hold in its own spelling. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Keys from the top of a document; the last one is the key of the value. */
export type ValuePath = readonly string[]

/** A value to set. */
export interface PathValue {
  readonly path: ValuePath
  readonly value: Json
}

/** A part of a text, by offsets. */
export type Range = readonly [start: number, end: number]

/** Pure functions on texts. None of them throws. */
export interface Format {
  /** The value at a path; undefined where there is none, or the text is not of this format. */
  valueAt(text: string, path: ValuePath): unknown
  /** The text with one value set and every other byte unchanged; undefined where that is not possible. */
  set(text: string, path: ValuePath, value: Json): string | undefined
  /** The same for several values, in their order, where that is faster than one by one; see set-each.ts. */
  readonly setEach?: (text: string, values: readonly PathValue[]) => string | undefined
  /**
   * The text with the value at `path` as `original` has it, or without the value where `original` has none. Every other
   * byte is unchanged. Undefined where that is not possible.
   */
  withdraw(text: string, original: string, path: ValuePath): string | undefined
  /** The places of secrets in a text; undefined where the text is not of this format. */
  secrets(text: string): readonly Range[] | undefined
  /** The value of a literal as text; the literal itself where it is not one of this format. */
  unquote(literal: string): string
}
