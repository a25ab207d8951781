/** `completion`: print the completion script of a shell. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { RunCommand } from './command.ts'
import { completionScript } from './completion/completion-script.ts'
import { SHELLS } from './completion/shells.ts'
import { alternatives } from './flag-types.ts'
import type { CompletionFlags } from './flags.ts'
import { readPresets } from './presets.ts'

export const completion: RunCommand<CompletionFlags> = async ({ shell }, { world, commands, targets }) => {
  const chosen = shell ?? SHELLS.find(name => name === path.basename(world.env.SHELL ?? ''))
  if (chosen === undefined) {
    const hint = `write ${alternatives(SHELLS.map(name => `--shell ${name}`))}`
    throw new Failure('usage', [{ message: 'the shell is not known from $SHELL', hint }])
  }
  const names = { preset: Object.keys(await readPresets()), runtime: Object.keys(await targets()) }
  world.stdout.write(completionScript(chosen, commands, names))
  return 0
}
