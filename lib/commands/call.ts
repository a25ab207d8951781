/** A command as it was called. */
import type { AnyCommand } from './command.ts'
import type { Given } from './flag-types.ts'

/** A command, and the flags that it was called with. */
export interface Call {
  readonly command: AnyCommand
  readonly given: Given
}
