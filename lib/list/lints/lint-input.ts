/** What a lint sees of a list. */
import type { Path } from '../../model/problem.ts'
import type { MirrorList, Place } from '../../model/registry.ts'
import type { RegistryEntry } from '../entries.ts'
import type { WrittenList } from '../written.ts'

export interface LintInput {
  readonly list: WrittenList
  readonly registries: readonly RegistryEntry[]
  readonly resolved: MirrorList
  place(path: Path): Place
  /** Milliseconds since 1970. */
  readonly now: number
}
