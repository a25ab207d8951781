/** `init`: a starter list. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../model/errors.ts'
import type { InitReport } from '../model/report.ts'
import { openTree } from '../system/files.ts'
import { createOutputFile } from '../system/output-file.ts'

export interface InitOptions {
  readonly preset: string
  /** Where to write it; undefined: it is printed. */
  readonly output: string | undefined
}

/** The starter lists, as seen from here and from the bundle: both lie two folders below the package. */
const TEMPLATES = fileURLToPath(new URL('../../templates/lists', import.meta.url))

/** Names of the starter lists. */
async function presets(): Promise<readonly string[]> {
  const entries = (await openTree('/').entries(TEMPLATES)) ?? []
  return entries.map(entry => path.basename(entry.name, '.toml'))
}

/** `uid` is the effective user. A list that is there is never overwritten. */
export async function init(options: InitOptions, uid: number): Promise<InitReport> {
  const files = openTree('/')
  const known = await presets()
  if (!known.includes(options.preset)) {
    const message = `there is no starter list "${options.preset}"`
    throw new Failure('usage', [{ message, hint: `choose one of ${known.join(', ')}` }])
  }
  const list = (await files.read(path.join(TEMPLATES, `${options.preset}.toml`)))?.toString('utf8') ?? ''
  if (options.output !== undefined && !options.output.endsWith('.toml')) {
    const hint = `name it ${options.output.replace(/\.\w+$/, '')}.toml`
    throw new Failure('usage', [{ file: options.output, message: 'starter lists are TOML', hint }])
  }
  const report = { version: 1, kind: 'init', preset: options.preset, list } as const
  if (options.output === undefined) return report
  await createOutputFile(files, path.resolve(options.output), list, uid === 0)
  return { ...report, file: options.output }
}
