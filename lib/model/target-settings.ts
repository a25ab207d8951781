/** `[targets.NAME]` of a list: the target gives the rules, the list's reader applies them. */
import type { Path, Problem } from './problem.ts'
import type { Place, WrittenTable } from './registry.ts'

/** JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface TargetSettings<Settings = unknown> {
  readonly schema: JsonSchema
  /** What the schema cannot express. `at` is the path of the table. */
  check(written: WrittenTable, at: Path): readonly Problem[]
  /** The settings with every default filled in; `place` is where the table starts. */
  resolve(written: WrittenTable, place: Place): Settings
}

/** The targets that a list may name. The first one is configured where a list names none. */
export type KnownTargets = Readonly<Record<string, { readonly settings: TargetSettings }>>
