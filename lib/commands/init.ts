/** `init`: write a starter list or a template. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { CatalogReport, InitReport } from '../model/init-report.ts'
import { createOutputFile } from '../system/output-file.ts'
import { openReader } from '../system/reader.ts'
import type { Context, RunCommand } from './command.ts'
import type { InitFlags } from './init-flags.ts'
import { readPresets } from './presets.ts'
import { readPreset } from './read-preset.ts'
import { refuseOtherName } from './toml-name.ts'

/** Never overwrites a file. */
export const init: RunCommand<InitFlags> = async (flags, context) => {
  const { world } = context
  const { preset: named, template, output } = flags
  refuseTogether(flags)
  if (flags.list) return await readCatalog()
  if (template !== undefined)
    return await (await import('./init-template.ts')).initTemplate(template, output, world)
  const preset = named ?? 'starter'
  const made = await makeList(await readPreset(preset), flags, context)
  const { list } = made
  const report = { version: 1, kind: 'init', preset, ...made } as const
  if (output === undefined) return report
  refuseOtherName(output)
  await createOutputFile(openReader('/'), path.resolve(output), list, world.uid === 0)
  return { ...report, file: output }
}

/** With `--detect`, the runtimes of the node are in it. */
async function makeList(
  list: string,
  { detect, root }: InitFlags,
  { world, targets }: Context,
): Promise<Pick<InitReport, 'list' | 'detected'>> {
  if (!detect) return { list }
  const { addDetected } = await import('./init-detected.ts')
  return await addDetected(list, { root }, await targets(), world)
}

async function readCatalog(): Promise<CatalogReport> {
  const { describePresets, describeTemplates } = await import('./catalog.ts')
  const { readTemplates } = await import('./templates.ts')
  const templates = describeTemplates(await readTemplates())
  return { version: 1, kind: 'catalog', presets: describePresets(await readPresets()), templates }
}

function refuseTogether({ preset, template, list, output, detect, root }: InitFlags): void {
  if (root !== undefined && !detect)
    throw new Failure('usage', [
      { message: '--root requires --detect', hint: 'add --detect, or remove --root' },
    ])
  if (detect && (list || template !== undefined))
    throw new Failure('usage', [
      {
        message: `--detect and ${list ? '--list' : '--template'} cannot be used together`,
        hint: 'remove one',
      },
    ])
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
