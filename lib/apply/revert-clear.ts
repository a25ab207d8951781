/** What a daemon must read before an old file is put back, as the text of a journal has it. Pure. */
import type { Json, ValuePath } from '../formats/format.ts'
import { type FormatName, formats } from '../formats/index.ts'
import { isTable } from '../formats/is-table.ts'
import { isListOf, isPath } from '../ownership/managed-file.ts'

/** `created_from`: the text that stands for a file that was not there before. */
export interface RevertClear {
  /** Links followed. */
  readonly path: string
  /** The temporary name of the file with the empty values. */
  readonly staged: string
  readonly format: FormatName
  readonly values: readonly { readonly path: ValuePath; readonly cleared: Json }[]
  readonly created_from?: string
}

/** Whether a value is one that regmirror could have written. */
export function isRevertClear(value: unknown): value is RevertClear {
  if (!isTable(value)) return false
  const { path, format, values, created_from } = value
  return (
    isPath(path) &&
    typeof format === 'string' &&
    Object.hasOwn(formats, format) &&
    isListOf(values, isCleared) &&
    (created_from === undefined || typeof created_from === 'string')
  )
}

function isCleared(value: unknown): boolean {
  if (!isTable(value) || value.cleared === undefined) return false
  return (
    isListOf(value.path, key => typeof key === 'string') && Array.isArray(value.path) && value.path.length > 0
  )
}
