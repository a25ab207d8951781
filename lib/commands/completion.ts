/** `completion`: print the completion script of a shell. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { RunCommand } from './command.ts'
import { completionScript } from './completion/completion-script.ts'
import { SHELLS, type Shell } from './completion/shells.ts'
import { alternatives } from './flag-types.ts'
import type { CompletionFlags } from './flags.ts'
import { readKnownNames } from './known-names.ts'

export const completion: RunCommand<CompletionFlags> = async ({ shell }, { world, commands, targets }) => {
  const chosen = findShell(shell.length === 0 ? [path.basename(world.env.SHELL ?? '')] : shell)
  world.stdout.write(completionScript(chosen, commands, await readKnownNames(targets)))
  return 0
}

function findShell(words: readonly string[]): Shell {
  const [found, ...more] = SHELLS.filter(name => words.includes(name))
  if (found !== undefined && more.length === 0 && words.length === 1) return found
  const message = `completion requires one of the shells ${alternatives(SHELLS)}`
  throw new Failure('usage', [{ message, hint: 'name it, such as regmirror completion bash' }])
}
