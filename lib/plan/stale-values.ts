/** Values that regmirror set before and that a target no longer renders: they are withdrawn from the new text. */
import { formats } from '../formats/index.ts'
import type { Notice } from '../model/report.ts'
import type { OwnedValue, OwnedValues } from '../ownership/managed-file.ts'
import { readOriginal } from '../ownership/originals.ts'
import { isSet, staleOf } from '../ownership/owned-value.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import type { DesiredFile } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { notRemovedText, startText, withdrawEach } from './withdraw.ts'

interface Result {
  readonly files: readonly DesiredFile[]
  readonly notices: readonly Notice[]
}

/** The files without those values. */
export async function withoutStaleValues(
  files: readonly DesiredFile[],
  target: string,
  view: View,
): Promise<Result> {
  const parts = await mapConcurrently(files, file => withoutStale(file, target, view))
  return { files: parts.map(({ file }) => file), notices: parts.flatMap(({ notices }) => notices) }
}

async function withoutStale(file: DesiredFile, target: string, { node, state }: View) {
  const written = state.files[file.path]
  if (file.owns.kind !== 'values' || written?.owns !== 'values' || file.content === undefined)
    return { file, notices: [] }
  const text = file.content.toString('utf8')
  const stale = staleValues(text, written, file.owns.values)
  if (stale.length === 0) return { file, notices: [] }
  const original = (await readOriginal(node, file.path, written.original))?.bytes.toString('utf8')
  const base = startText(original, written)
  const rest = withdrawEach(text, base, stale, formats[written.format])
  if (typeof rest === 'string') return { file: { ...file, content: rest }, notices: [] }
  const message = notRemovedText(rest)
  return { file, notices: [{ code: 'not_removed', message, target, file: file.path }] }
}

/** Values that are still what regmirror set. */
function staleValues(
  text: string,
  written: OwnedValues,
  rendered: readonly OwnedValue[],
): readonly OwnedValue[] {
  return written.values
    .flatMap(value => staleOf(value, rendered) ?? [])
    .filter(value => isSet(text, value, formats[written.format]))
}
