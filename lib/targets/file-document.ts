/** A file of a runtime that was parsed by its format, and what a reader makes of it. Pure. */
import { commentsAt } from '../formats/comments.ts'
import type { Table } from '../formats/is-table.ts'
import type { FoundAt, Loss, ReadBack } from '../model/read-back.ts'

export interface FileDocument {
  /** Its path, for messages. */
  readonly file: string
  readonly text: string
  readonly value: Table
  /** Where the key at a path stands. */
  locateKey(
    path: readonly (string | number)[],
  ): { readonly line: number; readonly column: number } | undefined
}

/** Pure: same document, same registries. */
export type ReadDocument = (document: FileDocument) => ReadBack

type Path = readonly (string | number)[]

function placeIn(document: FileDocument, path: Path): FoundAt {
  const line = document.locateKey(path)?.line
  return { file: document.file, ...(line !== undefined && { line }) }
}

/** The place of a key, and the comments there. */
export function entryAt(
  document: FileDocument,
  path: Path,
): { readonly at: FoundAt; readonly comments?: readonly string[] } {
  const at = placeIn(document, path)
  return at.line === undefined ? { at } : { at, comments: commentsAt(document.text, at.line) }
}

/** The same for a table with a list of mirrors in it. */
export function tableAt(document: FileDocument, path: Path, list: string): ReturnType<typeof entryAt> {
  const own = entryAt(document, path)
  const { comments = [] } = entryAt(document, [...path, list])
  return { at: own.at, comments: [...new Set([...(own.comments ?? []), ...comments])] }
}

/** The same for elements of an array; those on the line of its key share the comments of that line. */
export function elementsAt(
  document: FileDocument,
  path: Path,
  count: number,
): readonly ReturnType<typeof entryAt>[] {
  const { line } = placeIn(document, path)
  return Array.from({ length: count }, (_, i) => {
    const found = entryAt(document, [...path, i])
    return found.at.line === line ? { at: found.at } : found
  })
}

export function lossAt(document: FileDocument, path: Path, message: string, hint: string): Loss {
  return { file: document.file, ...document.locateKey(path), message, hint }
}
