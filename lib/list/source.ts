/** A list's text as a value whose every key can be found again in the text. */
import type { Path } from './written.ts'

export type ListFormat = 'toml' | 'yaml' | 'json'

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
  /** Plain data. Objects own every key they were given, `__proto__` too. */
  readonly value: unknown
  locate(path: Path): Position | undefined
  locateKey(path: Path): Position | undefined
}

export type Parsed = { readonly source: Source } | { readonly faults: readonly SourceFault[] }

/** Reads a text in the given format. A parser is loaded only when it is needed. */
export async function parseSource(text: string, format: ListFormat): Promise<Parsed> {
  if (format === 'toml') return (await import('./toml-source.ts')).parseToml(text)
  if (format === 'yaml') return (await import('./yaml-source.ts')).parseYaml(text)
  return (await import('./json-source.ts')).parseJson(text)
}
