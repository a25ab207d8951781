/** The completion script of a shell. Pure. */
import type { AnyCommand } from '../command.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import type { Shell } from './shells.ts'
import { commandWords, type KnownNames } from './words.ts'
import { zshCompletion } from './zsh.ts'

const WRITERS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

export function completionScript(shell: Shell, commands: readonly AnyCommand[], names: KnownNames): string {
  return WRITERS[shell](commandWords(commands, names))
}
