/** Flags of dockerd for registries: of its unit, and of the daemon that runs. Pure. */
import { INSECURE, MIRRORS } from './daemon-json.ts'
import type { DockerSnapshot } from './snapshot.ts'

/** The key of daemon.json that a flag stands for. */
export const KEY_OF: Readonly<Record<string, string>> = {
  '--registry-mirror': MIRRORS,
  '--insecure-registry': INSECURE,
}

/** A flag, and the file or the process that has it. */
export interface FoundFlag {
  readonly flag: string
  readonly value: string
  readonly file?: string
  readonly line?: number
  readonly pid?: number
}

/** Of files; and of the daemon that runs, where no file has them. */
export function flagsOf({ unitFlags, daemons }: DockerSnapshot): readonly FoundFlag[] {
  const running = daemons.readers.flatMap(({ pid, flags }) => flags.registries.map(one => ({ ...one, pid })))
  const placed = new Set(unitFlags.map(({ flag, value }) => `${flag}=${value}`))
  return [...unitFlags, ...running.filter(({ flag, value }) => !placed.has(`${flag}=${value}`))]
}
