/** A built-in list, as a text and as data. */
import { parseSource } from '../list/source/source.ts'
import type { WrittenList } from '../list/written.ts'
import { readPreset } from './read-preset.ts'

/** Throws Failure `usage` for an unknown name. */
export async function readPresetList(name: string): Promise<WrittenList> {
  const parsed = await parseSource(await readPreset(name), 'toml')
  if ('source' in parsed) return parsed.source.value as WrittenList
  throw new Error(`the preset ${name} is not TOML`)
}
