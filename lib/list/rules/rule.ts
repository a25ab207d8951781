/** A rule, and what the rules about registries and mirrors see. */
import type { Path, Problem } from '../../model/problem.ts'
import type { MirrorEntry, ServerEntry, WrittenDefaults, WrittenRegistry } from '../written.ts'

/** A rule about one kind of thing in the list. It runs where the keys that it needs have the right shape. */
export interface Rule<T> {
  readonly needs: readonly string[]
  check(subject: T): readonly Problem[]
}

export interface RegistryEntry {
  readonly key: string
  readonly path: Path
  readonly registry: WrittenRegistry
  readonly server: ServerEntry | undefined
  readonly mirrors: readonly MirrorEntry[]
  /** As runtimes look it up; the key itself where it names no registry. */
  readonly name: string
  /** An earlier key for the same registry. */
  readonly twin: string | undefined
  /** The defaults of its mirrors; undefined where their shape is wrong. */
  readonly defaults: WrittenDefaults | undefined
}
