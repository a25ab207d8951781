/** registries.yaml as k3s reads it, or why it does not start with it. Pure. */
import { isUtf8 } from 'node:buffer'
import { isTable, type Table } from '../../formats/is-table.ts'
import { parseYaml } from '../../formats/yaml/parse.ts'
import type { Issue } from '../../model/errors.ts'
import type { Path } from '../../model/problem.ts'

export interface RegistriesFile {
  readonly path: string
  readonly text: string
  readonly value: Table
  /** Where the key at a path stands. */
  locateKey(path: Path): { readonly line: number; readonly column: number } | undefined
}

/** The file, or the first reason why k3s refuses it or regmirror cannot edit it. */
export function parseRegistriesFile(path: string, bytes: Buffer): RegistriesFile | Issue {
  if (!isUtf8(bytes)) return { file: path, message: 'is not UTF-8', hint: 'save it as UTF-8' }
  const text = bytes.toString('utf8')
  const parsed = parseYaml(text.replace(/^\ufeff/, ''))
  if ('faults' in parsed) {
    const [fault] = parsed.faults
    return { ...{ message: 'this is not YAML', hint: 'correct it' }, ...fault, file: path }
  }
  const value = parsed.source.value ?? {}
  if (!isTable(value)) {
    return {
      file: path,
      line: 1,
      column: 1,
      message: 'is no table with mirrors and configs',
      hint: 'correct it',
    }
  }
  return { path, text, value, locateKey: at => parsed.source.locateKey(at) }
}

/** The table at a path; empty where there is none. */
export function tableIn({ value }: Pick<RegistriesFile, 'value'>, ...path: readonly string[]): Table {
  let table: unknown = value
  for (const key of path) table = isTable(table) && Object.hasOwn(table, key) ? table[key] : undefined
  return isTable(table) ? table : {}
}
