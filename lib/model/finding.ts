/** What `doctor` finds, as `--format json` prints it: keys in snake_case; later versions only add keys. */

/** `error`: pulls fail or do not use a mirror; `warning`: they may; `note`: to know before the next change. */
export type Severity = 'error' | 'warning' | 'note'

/** Something on a node that keeps a mirror from being used. `code` is stable. */
export interface Finding {
  readonly code: string
  readonly severity: Severity
  /** Absent where it is about the list. */
  readonly target?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly registry?: string
  /** What is wrong, without the file. */
  readonly problem: string
  /** What the runtime does because of it: one sentence. */
  readonly consequence: string
  /** What to do about it: one sentence, an imperative. */
  readonly cure: string
  /** Whether `doctor --fix` corrects it. */
  readonly fixable: boolean
}

/** What was checked of one runtime. */
export interface Checked {
  readonly target: string
  /** Configuration files that were read. */
  readonly files: readonly string[]
  /** How many rules were checked. */
  readonly rules: number
  /** In words, such as the daemon that reads the files. */
  readonly about: readonly string[]
}

/** A file that the user may not read. */
export interface Unread {
  readonly file: string
  readonly why: string
}

/** The report of `doctor`; report.ts, which imports this file, has the types of changes and notices. */
export interface Findings<Changed, Noticed> {
  readonly version: 1
  readonly kind: 'doctor'
  /** By severity, then by file; after `--fix`, those that are left. */
  readonly findings: readonly Finding[]
  readonly summary: { readonly errors: number; readonly warnings: number; readonly notes: number }
  readonly checked: readonly Checked[]
  readonly unread: readonly Unread[]
  /** Warnings are exit code 1 too. */
  readonly strict?: boolean
  /** What `--fix` changed, or with `check` would change. */
  readonly fix?: Changed & { readonly check?: boolean }
  readonly notices: readonly Noticed[]
}
