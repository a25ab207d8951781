/** The files of containers/image as they are read. */
import type { Table } from '../../../formats/is-table.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Refused } from '../../../model/refused.ts'
import type { FilePath } from './shape.ts'

/** Where a file lies: below /usr/share, of the machine, or in the home of a user. */
export type Layer = 'vendor' | 'system' | 'user'

export interface MirrorEntry {
  /** Without `/` at its end. */
  readonly location: string
  readonly insecure: boolean
  readonly pulls: 'all' | 'digest-only' | 'tag-only'
  /** Whether it is written with a `/` at its end. */
  readonly finalSlash: boolean
  readonly line?: number
}

/** A `[[registry]]` table. */
export interface RegistryTable {
  readonly file: string
  readonly line?: number
  readonly prefix: string
  /** Empty where the prefix is `*.domain` and the host stays. */
  readonly location: string
  readonly insecure: boolean
  readonly blocked: boolean
  readonly digestOnly: boolean
  readonly mirrors: readonly MirrorEntry[]
}

export interface ParsedFile {
  /** Only the first table of each prefix: the others are ignored. */
  readonly tables: readonly RegistryTable[]
  /** The file is of version 1, which has lists of hosts. */
  readonly isVersion1: boolean
  readonly value: Table
}

/** A file that makes every pull fail. */
export interface Fault {
  readonly fault: Issue
}

export interface ConfigFile {
  readonly path: string
  readonly layer: Layer
  readonly kind: 'main' | 'drop_in'
  /** Whether the directory has a link there. */
  readonly isLink: boolean
  /** Undefined: a link that leads nowhere. */
  readonly text: string | undefined
  readonly parsed: ParsedFile | Fault
}

export function isParsed(parsed: ParsedFile | Fault): parsed is ParsedFile {
  return 'tables' in parsed
}

/** What is wrong at a place of a file. */
export interface Mistake extends Refused {
  readonly path: FilePath
}

/** A table with its place in the file. */
export interface PlacedTable {
  readonly table: RegistryTable
  readonly at: FilePath
}

export type ReadTables = { readonly tables: readonly PlacedTable[] } | { readonly mistake: Mistake }
