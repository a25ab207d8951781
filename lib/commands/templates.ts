/** The templates of `init`; a build puts their texts in place of this module. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openReader } from '../system/reader.ts'

/** A file below the folder of templates, such as `systemd/regmirror-watch.service`. */
export interface TemplateFile {
  readonly path: string
  readonly text: string
}

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url))
/** Presets, and what Python leaves behind. */
const NOT_TEMPLATES = new Set(['lists', '__pycache__'])

export async function readTemplates(): Promise<readonly TemplateFile[]> {
  return await readBelow('')
}

async function readBelow(folder: string): Promise<readonly TemplateFile[]> {
  const files = openReader('/')
  const found: TemplateFile[] = []
  for (const { name, type } of (await files.entries(path.join(TEMPLATES, folder))) ?? []) {
    const inside = path.join(folder, name)
    if (NOT_TEMPLATES.has(name)) continue
    if (type === 'directory') found.push(...(await readBelow(inside)))
    else found.push({ path: inside, text: String(await files.read(path.join(TEMPLATES, inside))) })
  }
  return found
}
