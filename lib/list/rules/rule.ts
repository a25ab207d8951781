/** A rule about one kind of thing in the list. */
import type { Problem } from '../../model/problem.ts'

/** It runs where the keys that it needs have the right shape. */
export interface Rule<T> {
  readonly needs: readonly string[]
  check(subject: T): readonly Problem[]
}
