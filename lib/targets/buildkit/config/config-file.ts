/** buildkitd.toml as buildkitd reads it, or why it does not start with it. Pure. */
import { isTable, type Table } from '../../../formats/is-table.ts'
import type { Issue } from '../../../model/errors.ts'
import { misfits } from '../../hosts-toml/read/shape.ts'
import { readTomlFile, type TomlFile } from '../../toml-file.ts'
import { FILE } from './shape.ts'

/** The file, or the first reason why buildkitd refuses it. */
export function parseConfigFile(path: string, bytes: Buffer): TomlFile | Issue {
  const read = readConfigFile(path, bytes)
  if ('message' in read) return read
  const [misfit] = misfits(read.value, FILE)
  if (misfit === undefined) return read
  const place = read.locateKey(misfit.path)
  return { file: path, ...place, message: `${misfit.message}: ${NO_START}`, hint: 'correct it' }
}

const NO_START = 'buildkitd does not start'

/** The same, whatever types its values have. */
export function readConfigFile(path: string, bytes: Buffer): TomlFile | Issue {
  return readTomlFile(path, bytes, NO_START)
}

/** The table of a registry or of a mirror's host; empty where there is none. */
export function tableOf({ value }: Pick<TomlFile, 'value'>, host: string): Table {
  const { registry } = value
  const table = isTable(registry) && Object.hasOwn(registry, host) ? registry[host] : undefined
  return isTable(table) ? table : {}
}
