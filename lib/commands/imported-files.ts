/** Writes an imported list, and the files that it refers to. */
import path from 'node:path'
import type { ListedFile } from '../list/imported/file-names.ts'
import type { ImportedList } from '../list/imported/import-list.ts'
import type { ImportedFile, ImportNotice, ImportReport } from '../model/import-report.ts'
import type { World } from '../model/world.ts'
import { createOutputFile, refuseExisting } from '../system/output-file.ts'
import { openReader } from '../system/reader.ts'
import { refuseOtherName } from './toml-name.ts'

/** Before the node is read. */
export async function checkOutput(output: string | undefined): Promise<void> {
  if (output === undefined) return
  refuseOtherName(output)
  await refuseExisting(openReader('/'), path.resolve(output), output)
}

interface WriteOptions {
  readonly output: string | undefined
  readonly sources: readonly string[]
  readonly notices: readonly ImportNotice[]
  readonly world: World
}

/** The list is written last: it never refers to a file that is not there. */
export async function writeImported(
  { text, registries, mirrors, files }: ImportedList & { readonly text: string },
  { output, sources, notices, world }: WriteOptions,
): Promise<ImportReport> {
  const report = { version: 1, kind: 'import', sources, list: text, registries, mirrors, notices } as const
  if (output === undefined) return { ...report, files: files.map(file => listed(file, file.name, false)) }
  const host = openReader('/')
  const besides = files.map(file => ({ file, place: path.join(path.dirname(output), file.name) }))
  for (const { place } of besides) await refuseExisting(host, path.resolve(place), place)
  for (const { file, place } of besides)
    await createOutputFile(host, path.resolve(place), file.text, world.uid === 0, modeOf(file))
  await createOutputFile(host, path.resolve(output), text, world.uid === 0)
  return { ...report, files: besides.map(({ file, place }) => listed(file, place, true)), file: output }
}

function modeOf({ secret }: ListedFile): number {
  return secret ? 0o600 : 0o644
}

function listed(file: ListedFile, place: string, written: boolean): ImportedFile {
  return {
    path: place,
    mode: `0${modeOf(file).toString(8)}`,
    what: file.what,
    ...(file.copyOf !== undefined && { copy_of: file.copyOf }),
    written,
  }
}
