/** The built-in lists, by name; a build puts their texts in place of this module. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openReader } from '../system/reader.ts'

const TEMPLATES = fileURLToPath(new URL('../../templates/lists', import.meta.url))

export async function readPresets(): Promise<Readonly<Record<string, string>>> {
  const files = openReader('/')
  const texts: Record<string, string> = {}
  for (const { name } of (await files.entries(TEMPLATES)) ?? [])
    texts[path.basename(name, '.toml')] = String(await files.read(path.join(TEMPLATES, name)))
  return texts
}
