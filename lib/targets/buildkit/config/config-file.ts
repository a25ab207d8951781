/** buildkitd.toml as buildkitd reads it, or why it does not start with it. Pure. */
import { isUtf8 } from 'node:buffer'
import { isTable, type Table } from '../../../formats/is-table.ts'
import { readDocument } from '../../../formats/toml/document.ts'
import { locateKey, locateToml } from '../../../formats/toml/locations.ts'
import type { Issue } from '../../../model/errors.ts'
import { misfits } from '../../hosts-toml/read/shape.ts'
import { FILE } from './shape.ts'

export interface ConfigFile {
  readonly path: string
  readonly text: string
  readonly value: Table
  /** Where the key at a path stands. */
  locateKey(
    path: readonly (string | number)[],
  ): { readonly line: number; readonly column: number } | undefined
}

/** The file, or the first reason why buildkitd refuses it. */
export function parseConfigFile(path: string, bytes: Buffer): ConfigFile | Issue {
  const read = readConfigFile(path, bytes)
  if ('message' in read) return read
  const [misfit] = misfits(read.value, FILE)
  if (misfit === undefined) return read
  const place = read.locateKey(misfit.path)
  return { file: path, ...place, message: `${misfit.message}: ${NO_START}`, hint: 'correct it' }
}

const NO_START = 'buildkitd does not start'

/** The same, whatever types its values have. */
export function readConfigFile(path: string, bytes: Buffer): ConfigFile | Issue {
  if (!isUtf8(bytes)) return { file: path, message: 'is not UTF-8', hint: 'save it as UTF-8' }
  const text = bytes.toString('utf8')
  if (text.startsWith('\ufeff')) {
    const message = `starts with a byte order mark: ${NO_START}`
    return { file: path, line: 1, column: 1, message, hint: 'save it as UTF-8 without one' }
  }
  const read = readDocument(text)
  if ('fault' in read) return { hint: 'correct it', file: path, ...read.fault }
  const { value, tree } = read
  return { path, text, value, locateKey: at => locateKey(tree(), at) ?? locateToml(tree(), at) }
}

/** The table of a registry or of a mirror's host; empty where there is none. */
export function tableOf({ value }: Pick<ConfigFile, 'value'>, host: string): Table {
  const { registry } = value
  const table = isTable(registry) && Object.hasOwn(registry, host) ? registry[host] : undefined
  return isTable(table) ? table : {}
}
