/**
 * The contract of `doctor`: what a target gives it. A rule has a file of its own, `lib/targets/<target>/doctor/<code>.ts`
 * with dashes for `_`, which exports it under its code in camel case. It is a pure function of what `observe` of that target's
 * doctor has read. Its comment cites the source of the runtime (file:line@version) and names the test against the real
 * runtime. Rules are listed in `rules.ts` beside them; docs/doctor.md has the same table, which a test compares. The runner
 * (lib/doctor/) drops findings about files that could not be read, and skips rules of a part that could not.
 */
import type { FormatName } from '../formats/index.ts'
import type { Severity, Unread } from '../model/finding.ts'
import type { WrittenTable } from '../model/registry.ts'
import type { Effect } from '../model/report.ts'
import type { View } from './view.ts'

/** What a rule reads. Where a file of that part cannot be read, its rules are skipped. */
export type Part = 'config' | 'hosts' | 'daemon'

export interface Rule<Observed = unknown> {
  /** Stable, snake_case. */
  readonly code: string
  /** What its findings have, unless they have their own. */
  readonly severity: Severity
  /** Other severities of its findings, and where they have them: a clause that follows "a note". */
  readonly also?: Readonly<Partial<Record<Severity, string>>>
  readonly part: Part
  /** What is wrong, for the table in the docs: a clause, lower case, no full stop. */
  readonly title: string
  /** Whether some of its findings have a fix. */
  readonly fixes?: boolean
  /** Pure. No text in a finding holds a secret; credentials in URLs are hidden by the runner. */
  find(observed: Observed): readonly Found[]
}

/** A finding of a rule; the runner adds the code, the severity and the target. */
export interface Found {
  readonly severity?: Severity
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly registry?: string
  /** Other files that it is about: without a finding where they could not be read. */
  readonly about?: readonly string[]
  /** What is wrong: it completes `file:line: …`, without a full stop. */
  readonly problem: string
  /** What the runtime does because of it: a sentence without a full stop, such as "containerd ignores the whole file". */
  readonly consequence: string
  /** An imperative with the exact command, key or value, without a full stop. */
  readonly cure: string
  readonly fix?: Fix
}

/**
 * A cure that provably changes nothing else. It becomes a change of a plan: it has a diff, is written like every other
 * file, and `restore` puts the original back byte for byte. Fixes of one file are carried out one after the other.
 */
export type Fix = EditFix | ModeFix

/** Another text of one file. */
export interface EditFix {
  readonly file: string
  /** The text after the fix, a byte order mark included; undefined where it cannot be made. Pure. */
  edit(text: string): string | undefined
  /** When it takes effect. */
  readonly effect: Effect
  /** For the plan, in a few words: "removes the byte order mark". */
  readonly why: string
  readonly format?: FormatName
}

/** Only the owner may read the file. */
export interface ModeFix {
  readonly file: string
  readonly mode: 0o600
  readonly why: string
}

/** A file that was checked, for the rules that hold for every runtime. */
export interface CheckedFile {
  readonly path: string
  readonly text: string
  /** Without the right of others to read where a directory above keeps them out. */
  readonly mode: number
  readonly format: FormatName
}

export interface Observation<Observed = unknown> {
  /** What the rules of this target read. */
  readonly observed: Observed
  /** Its configuration files. */
  readonly files: readonly CheckedFile[]
  /** Parts that could not be read, so that their rules would be wrong. */
  readonly blind: readonly Part[]
  /** What was looked at, in words: for a report without findings. */
  readonly about: readonly string[]
}

/** What a target gives `doctor`. It is loaded when `doctor` runs. */
export interface Doctor<Snapshot = unknown, Observed = unknown> {
  /**
   * Reads what the rules need beside the snapshot, such as certificates or the environment of the daemon, which a plan does
   * not pay for. `unread`: files that the user may not read; the snapshot is without them. `now`: milliseconds since 1970.
   */
  observe(
    snapshot: Snapshot,
    view: View,
    unread: readonly Unread[],
    now: number,
  ): Promise<Observation<Observed>>
  readonly rules: readonly Rule<Observed>[]
  /** What a list would say in the table of this target so that the files of the running daemon are read. */
  readonly unlisted: WrittenTable
}
