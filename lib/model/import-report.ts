/** The report of `import`. */

export interface ImportReport {
  readonly version: 1
  readonly kind: 'import'
  /** The files that the list was made from. */
  readonly sources: readonly string[]
  /** Where the list was written; absent when it is printed. */
  readonly file?: string
  readonly list: string
  readonly registries: number
  readonly mirrors: number
  /** The files that the list refers to. */
  readonly files: readonly ImportedFile[]
  /** What the list does not have, and what is to be done. */
  readonly notices: readonly ImportNotice[]
}

export interface ImportNotice {
  readonly code: 'not_imported' | 'file_required'
  readonly message: string
  readonly registry?: string
  readonly file?: string
  readonly line?: number
}

export interface ImportedFile {
  /** Where it was written, or its name beside the list. */
  readonly path: string
  /** Permission bits, as in `0600`. */
  readonly mode: string
  /** What it is: `CA of mirror.example.com`. */
  readonly what: string
  /** The file that it is a copy of. */
  readonly copy_of?: string
  /** Whether it was written. */
  readonly written: boolean
}
