/** The text of a built-in list. */
import { Failure } from '../model/errors.ts'
import { alternatives } from './flag-types.ts'
import { readPresets } from './presets.ts'

/** Throws Failure `usage` for an unknown name. */
export async function readPreset(name: string): Promise<string> {
  const presets = await readPresets()
  const list = Object.hasOwn(presets, name) ? presets[name] : undefined
  if (list !== undefined) return list
  const message = `--preset ${name} is unknown`
  throw new Failure('usage', [{ message, hint: `use ${alternatives(Object.keys(presets))}` }])
}
