/** Where regmirror keeps what it remembers. */

/** Paths as seen from the root of a tree. */
export interface StatePaths {
  readonly directory: string
  /** What regmirror wrote, and what was there before. */
  readonly state: string
  /** The files that were there before. */
  readonly originals: string
  /** The mirror health that watch measured. */
  readonly health: string
  /** The last hour, for the pages of watch. */
  readonly history: string
  /** Whether it is that of a user without root, not that of the machine. */
  readonly isUsers: boolean
}

/** The paths in a state folder. */
export function statePathsIn(directory: string, isUsers: boolean): StatePaths {
  const at = (name: string) => `${directory}/${name}`
  return {
    directory,
    state: at('state.json'),
    originals: at('originals'),
    health: at('health.json'),
    history: at('history.json'),
    isUsers,
  }
}

/** Those of a machine. */
export const MACHINE_STATE = statePathsIn('/var/lib/regmirror', false)
