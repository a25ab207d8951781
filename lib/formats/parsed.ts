/** What every parser returns: a value with the position of each key, or what is wrong with the text. */
import type { Path } from '../model/problem.ts'

/** Line and column count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Why a text cannot be read in its format. */
export interface SourceFault extends Position {
  readonly message: string
  readonly hint?: string
}

export interface Source {
  /** Plain data. Objects own every key of the text, `__proto__` included. */
  readonly value: unknown
  locate(path: Path): Position | undefined
  locateKey(path: Path): Position | undefined
}

export type Parsed = { readonly source: Source } | { readonly faults: readonly SourceFault[] }
