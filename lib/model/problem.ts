/** How a check reports what is wrong in a list: by key path. Only the list's loader turns paths into lines and columns. */
import type { Refused } from './refused.ts'

/** Keys from the top of the list; numbers stand for array elements. */
export type Path = readonly (string | number)[]

/** Something wrong with the list. Messages never hold a secret. */
export interface Problem extends Refused {
  readonly path: Path
  /** Points at the key instead of at its value. */
  readonly atKey?: boolean
}
