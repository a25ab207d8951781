/** `init`: write a starter list. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../model/errors.ts'
import { createOutputFile } from '../system/output-file.ts'
import { openReader, type Reader } from '../system/reader.ts'
import type { RunCommand } from './command.ts'
import { alternatives } from './flag-types.ts'
import type { InitFlags } from './flags.ts'

/** The starter lists, as seen from here and from the bundle: both lie two folders below the package. */
const TEMPLATES = fileURLToPath(new URL('../../templates/lists', import.meta.url))

/** Never overwrites a list. */
export const init: RunCommand<InitFlags> = async ({ preset, output }, { world }) => {
  const files = openReader('/')
  const list = await readTemplate(preset, files)
  const report = { version: 1, kind: 'init', preset, list } as const
  if (output === undefined) return report
  if (!output.endsWith('.toml')) {
    const hint = `name it ${output.replace(/\.\w+$/, '')}.toml`
    throw new Failure('usage', [{ file: output, message: 'starter lists are TOML', hint }])
  }
  await createOutputFile(files, path.resolve(output), list, world.uid === 0)
  return { ...report, file: output }
}

async function readTemplate(preset: string, files: Reader): Promise<string> {
  const entries = (await files.entries(TEMPLATES)) ?? []
  const presets = entries.map(entry => path.basename(entry.name, '.toml'))
  if (!presets.includes(preset)) {
    const message = `--preset ${preset} is unknown`
    throw new Failure('usage', [{ message, hint: `use ${alternatives(presets)}` }])
  }
  return (await files.read(path.join(TEMPLATES, `${preset}.toml`)))?.toString('utf8') ?? ''
}
