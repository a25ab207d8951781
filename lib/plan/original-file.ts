/** Managed files as they were before regmirror, or without its values, as desired files. Reads, never writes. */
import type { ManagedFile } from '../ownership/managed-file.ts'
import { readOriginal } from '../ownership/originals.ts'
import type { FoundFile } from '../system/file-facts.ts'
import type { Reader } from '../system/reader.ts'
import type { DesiredFile, Owns } from '../targets/target.ts'

export type FileReason = Pick<DesiredFile, 'effect' | 'why'>

/** The original of a path; without an original the file must not exist. */
export async function originalFile(
  path: string,
  written: ManagedFile,
  reason: FileReason,
  node: Reader,
): Promise<DesiredFile> {
  const common = { ...remembered(path, written), ...reason }
  const original = await readOriginal(node, path, written.original)
  if (original === undefined)
    return { ...common, content: undefined, owns: { kind: 'whole', ...formatOf(written) } }
  return { ...common, content: original.bytes, owns: ownsOriginal(written, original) }
}

/** The file of another program with another text; its mode and owner stay. */
export function editedFile(
  path: string,
  written: ManagedFile,
  content: string,
  reason: FileReason,
  found: FoundFile,
): DesiredFile {
  return { ...remembered(path, written), ...reason, content, owns: ownsOriginal(written, found) }
}

function remembered(path: string, { bundle, after }: ManagedFile) {
  return { path, secret: false, ...(bundle && { bundle }), ...(after && { after }) }
}

function ownsOriginal(written: ManagedFile, { ownership }: Pick<FoundFile, 'ownership'>): Owns {
  return { kind: 'original', ownership, ...formatOf(written) }
}

function formatOf({ format }: ManagedFile) {
  return format === undefined ? {} : { format }
}
