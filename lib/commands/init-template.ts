/** `init --template`: a template to standard output, or into a folder. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { TemplateReport } from '../model/init-report.ts'
import type { World } from '../model/world.ts'
import { createOutputFile, refuseExisting } from '../system/output-file.ts'
import { openReader } from '../system/reader.ts'
import { templatesOf } from './catalog.ts'
import { alternatives } from './flag-types.ts'
import { readTemplates, type TemplateFile } from './templates.ts'

/** Writes nothing if one of the files exists. `output` is a folder for a folder, and a file for a file. */
export async function initTemplate(
  name: string,
  output: string | undefined,
  { uid }: Pick<World, 'uid'>,
): Promise<TemplateReport> {
  const files = await findFiles(name)
  const report = { version: 1, kind: 'template', template: name, files } as const
  if (output === undefined) {
    if (files.length > 1) throw isFolder(name, files)
    return report
  }
  const [only] = files
  const isFile = files.length === 1 && only !== undefined && only.path === path.basename(name)
  const targets = files.map(file => ({ ...file, path: isFile ? output : path.join(output, file.path) }))
  const host = openReader('/')
  for (const { path: file } of targets) await refuseExisting(host, path.resolve(file), file)
  for (const { path: file, text } of targets)
    await createOutputFile(host, path.resolve(file), text, uid === 0, modeOf(text))
  return { ...report, files: targets, written: output }
}

/** The files of a template, or of a file or folder in it, by their paths inside. */
async function findFiles(name: string): Promise<readonly TemplateFile[]> {
  const inTree = name.replace(/\/$/, '')
  const all = await readTemplates()
  const file = all.find(one => one.path === inTree)
  if (file !== undefined) return [{ ...file, path: path.basename(inTree) }]
  const inside = all.filter(one => one.path.startsWith(`${inTree}/`))
  if (inside.length > 0) return inside.map(one => ({ ...one, path: one.path.slice(inTree.length + 1) }))
  const names = alternatives(templatesOf(all).map(template => template.name))
  throw new Failure('usage', [{ message: `--template ${name} is unknown`, hint: `use ${names}` }])
}

function isFolder(name: string, files: readonly TemplateFile[]): Failure {
  const [first = ''] = files.map(file => file.path)
  const message = `the template ${name} has ${files.length} files`
  const hint = `write them with -o DIR, or print one of them, such as --template ${name}/${first}`
  return new Failure('usage', [{ message, hint }])
}

/** A script can be run. */
function modeOf(text: string): number {
  return text.startsWith('#!') ? 0o755 : 0o644
}
