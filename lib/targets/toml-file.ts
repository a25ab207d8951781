/** A TOML file of a runtime, with the places of its keys, or why the runtime refuses it. Pure. */
import { isUtf8 } from 'node:buffer'
import type { Table } from '../formats/is-table.ts'
import { readDocument } from '../formats/toml/document.ts'
import { locateKey, locateToml } from '../formats/toml/locations.ts'
import type { Issue } from '../model/errors.ts'

export interface TomlFile {
  readonly path: string
  readonly text: string
  readonly value: Table
  /** Where the key at a path stands. */
  locateKey(
    path: readonly (string | number)[],
  ): { readonly line: number; readonly column: number } | undefined
}

/** For a runtime that refuses a byte order mark; `consequence`: what it does with such a file. */
export function readTomlFile(path: string, bytes: Buffer, consequence: string): TomlFile | Issue {
  if (!isUtf8(bytes)) return { file: path, message: 'is not UTF-8', hint: 'save it as UTF-8' }
  const text = bytes.toString('utf8')
  if (text.startsWith('\ufeff')) {
    const message = `starts with a byte order mark: ${consequence}`
    return { file: path, line: 1, column: 1, message, hint: 'save it as UTF-8 without one' }
  }
  const read = readDocument(text)
  if ('fault' in read) return { hint: 'correct it', file: path, ...read.fault }
  const { value, tree } = read
  return { path, text, value, locateKey: at => locateKey(tree(), at) ?? locateToml(tree(), at) }
}
