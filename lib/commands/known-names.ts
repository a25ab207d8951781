/** The names that a user may type, for completions. */
import { KNOWN_REGISTRIES } from '../probe/canaries.ts'
import { templatesOf } from './catalog.ts'
import type { Context } from './command.ts'
import type { KnownNames } from './completion/words.ts'
import { readPresets } from './presets.ts'
import { readTemplates } from './templates.ts'

export async function readKnownNames(targets: Context['targets']): Promise<KnownNames> {
  return {
    preset: Object.keys(await readPresets()),
    registry: KNOWN_REGISTRIES,
    runtime: Object.keys(await targets()),
    template: templatesOf(await readTemplates()).map(({ name }) => name),
  }
}
