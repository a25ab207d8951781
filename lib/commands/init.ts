/** `init`: write a starter list. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { createOutputFile } from '../system/output-file.ts'
import { openReader } from '../system/reader.ts'
import type { RunCommand } from './command.ts'
import { alternatives } from './flag-types.ts'
import type { InitFlags } from './flags.ts'
import { readPresets } from './presets.ts'

/** Never overwrites a list. */
export const init: RunCommand<InitFlags> = async ({ preset, output }, { world }) => {
  const list = await readPreset(preset)
  const report = { version: 1, kind: 'init', preset, list } as const
  if (output === undefined) return report
  if (!output.endsWith('.toml')) {
    const hint = `name it ${output.replace(/\.\w+$/, '')}.toml`
    throw new Failure('usage', [{ file: output, message: 'starter lists are TOML', hint }])
  }
  await createOutputFile(openReader('/'), path.resolve(output), list, world.uid === 0)
  return { ...report, file: output }
}

async function readPreset(preset: string): Promise<string> {
  const presets = await readPresets()
  const list = Object.hasOwn(presets, preset) ? presets[preset] : undefined
  if (list !== undefined) return list
  const message = `--preset ${preset} is unknown`
  throw new Failure('usage', [{ message, hint: `use ${alternatives(Object.keys(presets))}` }])
}
