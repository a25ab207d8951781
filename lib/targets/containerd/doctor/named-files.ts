/** The certificates and keys that a hosts.toml names, whichever release reads it. Pure. */
import path from 'node:path'
import { isTable } from '../../../formats/is-table.ts'
import { readDocument } from '../../../formats/toml/document.ts'

/** Absolute paths; relative ones start at the directory of the file (makeAbsPath, hosts.go:606@v2.3.4). */
export function namedFiles(text: string, directory: string): readonly string[] {
  const read = readDocument(text)
  if ('fault' in read) return []
  const { host } = read.value
  const tables = [read.value, ...(isTable(host) ? Object.values(host) : [])].filter(isTable)
  const named = tables.flatMap(({ ca, client }) => [ca, client].flatMap(stringsIn))
  return named.filter(Boolean).map(file => path.posix.resolve(directory, file))
}

/** `ca` and `client` are a path, a list of paths, or a list of pairs. */
function stringsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(stringsIn)
  return typeof value === 'string' ? [value] : []
}
