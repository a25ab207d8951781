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
  const were = values.length === 1 ? 'was' : 'were'
  const message = `${keysOf(values)} ${were} changed outside regmirror; regmirror keeps the change`
  return [{ code, message, target, file }]
}
