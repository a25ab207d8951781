/** `init`: write a starter list or a template. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { CatalogReport } from '../model/init-report.ts'
import { createOutputFile } from '../system/output-file.ts'
import { openReader } from '../system/reader.ts'
import type { RunCommand } from './command.ts'
import type { InitFlags } from './flags.ts'
import { readPresets } from './presets.ts'
import { readPreset } from './read-preset.ts'
import { refuseOtherName } from './toml-name.ts'

/** Never overwrites a file. */
export const init: RunCommand<InitFlags> = async (flags, { world }) => {
  const { preset: named, template, output } = flags
  refuseTogether(flags)
  if (flags.list) return await readCatalog()
  if (template !== undefined)
    return await (await import('./init-template.ts')).initTemplate(template, output, world)
  const preset = named ?? 'starter'
  const list = await readPreset(preset)
  const report = { version: 1, kind: 'init', preset, list } as const
  if (output === undefined) return report
  refuseOtherName(output)
  await createOutputFile(openReader('/'), path.resolve(output), list, world.uid === 0)
  return { ...report, file: output }
}

async function readCatalog(): Promise<CatalogReport> {
  const { describePresets, describeTemplates } = await import('./catalog.ts')
  const { readTemplates } = await import('./templates.ts')
  const templates = describeTemplates(await readTemplates())
  return { version: 1, kind: 'catalog', presets: describePresets(await readPresets()), templates }
}

function refuseTogether({ preset, template, list, output }: InitFlags): void {
  const flags = [
    ...(list ? ['--list'] : []),
    ...(preset === undefined ? [] : ['--preset']),
    ...(template === undefined ? [] : ['--template']),
    ...(list && output !== undefined ? ['-o'] : []),
  ]
  const [one, other] = flags
  if (one === undefined || other === undefined) return
  const message = `${one} and ${other} cannot be used together`
  throw new Failure('usage', [{ message, hint: 'remove one' }])
}
