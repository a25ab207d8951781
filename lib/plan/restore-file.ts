/** What one managed file must be after a restore. Reads, never writes. */
import type { Issue } from '../model/errors.ts'
import type { Notice } from '../model/report.ts'
import { sha256Hex } from '../model/sha256.ts'
import type { ManagedFile } from '../ownership/managed-file.ts'
import { readOriginal } from '../ownership/originals.ts'
import { byWriter } from '../ownership/other-writers.ts'
import type { FoundFile } from '../system/file-facts.ts'
import type { Reader } from '../system/reader.ts'
import type { DesiredFile, Target } from '../targets/target.ts'
import { changedNotices } from './changed-values.ts'
import { editedFile, originalFile } from './original-file.ts'
import { ownedKeys, withdrawValues } from './withdraw.ts'

/** A managed file to restore. */
export interface Chosen<Written = ManagedFile> {
  readonly path: string
  readonly written: Written
  readonly target: Target
}

/** The file, or why it is not restored; neither where it is as before already. */
interface Restored {
  readonly file?: DesiredFile
  readonly conflict?: Issue
  readonly notices?: readonly Notice[]
}

/** With `overwrite`, changes that were made outside regmirror are lost. */
export async function restoreFile(chosen: Chosen, node: Reader, overwrite: boolean): Promise<Restored> {
  const { path, written, target } = chosen
  const found = await node.find(path)
  if (found === undefined) return written.original ? { file: await original(chosen, node) } : {}
  if (written.owns === 'values') return await withdraw({ path, written, target }, found, node, overwrite)
  if (sha256Hex(found.bytes) === written.digest || overwrite) return { file: await original(chosen, node) }
  const kept = await readOriginal(node, path, written.original)
  return kept?.bytes.equals(found.bytes) ? {} : { conflict: changedSince(chosen, found) }
}

async function original({ path, written, target }: Chosen, node: Reader): Promise<DesiredFile> {
  const why = written.original ? 'as it was before regmirror' : 'did not exist before regmirror'
  // The first write of a whole file may have waited for a restart; the runtime has read it since.
  const effect = written.owns === 'whole' ? target.removal : written.effect
  return await originalFile(path, written, { effect, why }, node)
}

function changedSince({ path, written, target }: Chosen, { bytes }: FoundFile): Issue {
  const writer = byWriter(target.writerOf(path, bytes.toString('utf8')))
  const message = `was changed ${writer} since regmirror wrote it at ${written.written_at}`
  const hint = 'add --overwrite to restore it, or select other files with --file PATH'
  return { file: path, message, hint }
}

/** The original of a file of another program; where the rest of it has changed, the file without the values. */
async function withdraw(
  chosen: Chosen<ManagedFile & { readonly owns: 'values' }>,
  found: FoundFile,
  node: Reader,
  overwrite: boolean,
): Promise<Restored> {
  const { path, written } = chosen
  const before = (await readOriginal(node, path, written.original))?.bytes.toString('utf8')
  const { originals } = node.statePaths
  const how = { always: overwrite, originals }
  const withdrawal = withdrawValues(found.bytes.toString('utf8'), before, written, how)
  const notices = (values = written.values) => changedNotices(path, written, 'not_restored', values)
  switch (withdrawal.result) {
    case 'original':
      return { file: await original(chosen, node) }
    case 'text': {
      const why = `restores ${ownedKeys(written)}; keeps later changes in the rest of the file`
      const edited = editedFile(path, written, withdrawal.text, { effect: written.effect, why }, found)
      return { file: edited, notices: notices(withdrawal.changed) }
    }
    case 'unchanged': {
      const isCorrected = written.repaired !== undefined && written.values.length === 0
      if (isCorrected && found.bytes.toString('utf8') !== before)
        return { conflict: changedSince(chosen, found) }
      return { notices: notices() }
    }
    case 'impossible': {
      const { problem, remedy } = withdrawal
      return {
        conflict: { file: path, message: problem, hint: `${remedy}, then run regmirror restore again` },
      }
    }
  }
}
