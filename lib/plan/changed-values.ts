/** Owned values that were changed outside regmirror, as notices. Pure. */
import type { Notice } from '../model/report.ts'
import type { ManagedFile, OwnedValue } from '../ownership/managed-file.ts'
import { keysOf } from './withdraw.ts'

export function changedNotices(
  file: string,
  { target }: ManagedFile,
  code: string,
  values: readonly OwnedValue[],
): readonly Notice[] {
  if (values.length === 0) return []
  const [are, stay] = values.length === 1 ? ['is', 'it stays'] : ['are', 'they stay']
  const message = `${keysOf(values)} ${are} no longer what regmirror set: ${stay}`
  return [{ code, message, target, file }]
}
