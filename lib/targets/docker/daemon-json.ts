/** daemon.json: its values, and what is wrong with it. Pure. */
import { BYTE_ORDER_MARK } from '../../formats/byte-order-mark.ts'
import { isTable, type Table } from '../../formats/is-table.ts'
import { jsonFault, locateJson, placesOfKey } from '../../formats/json/locate.ts'
import { stringsIn } from '../../formats/table-values.ts'
import type { Issue } from '../../model/errors.ts'
import type { FoundFile } from '../../system/file-facts.ts'

export const MIRRORS = 'registry-mirrors'
export const INSECURE = 'insecure-registries'

/** The text that regmirror starts from where there is no file, or an empty one. */
export const NEW = '{}\n'

/** A daemon.json that is an object. */
export interface DaemonJson {
  /** Without a byte order mark. */
  readonly text: string
  readonly value: Table
}

/** dockerd takes an empty file for one without keys (daemon/config/config.go getConflictFreeConfiguration@v28.5.2). */
export function parseDaemonJson(
  file: string,
  found: Pick<FoundFile, 'bytes'> | undefined,
): { readonly json: DaemonJson } | { readonly fault: Issue } {
  const text = textOf(found)
  if (text.trim() === '') return { json: { text: NEW, value: {} } }
  const fault = jsonFault(text)
  const hint = 'correct the file; dockerd does not start with it'
  if (fault !== undefined) return { fault: { file, ...fault, hint } }
  const value: unknown = JSON.parse(text)
  if (isTable(value)) return { json: { text, value } }
  return { fault: { file, line: 1, column: 1, message: 'is not an object in JSON', hint } }
}

export function textOf(found: Pick<FoundFile, 'bytes'> | undefined): string {
  const text = found?.bytes.toString('utf8') ?? ''
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text
}

/** Keys that are there twice: dockerd takes the last one, and regmirror cannot set one of two. */
export function repeatedKeys(file: string, { text }: DaemonJson): readonly Issue[] {
  return [MIRRORS, INSECURE].flatMap(key => {
    const [first, ...more] = placesOfKey(text, key)
    const last = more.at(-1)
    if (first === undefined || last === undefined) return []
    const message = `${key} is there twice: Docker uses the one in line ${last.line} and ignores this one`
    return [{ file, ...first, message, hint: `remove one ${key}` }]
  })
}

/** Values of a type that dockerd refuses. */
export function mistypedKeys(file: string, { text, value }: DaemonJson): readonly Issue[] {
  return [MIRRORS, INSECURE].flatMap(key => {
    const isRight = value[key] === undefined || value[key] === null || isStrings(value[key])
    if (isRight) return []
    const message = `${key} is not an array of strings: dockerd does not start with it`
    return [{ file, ...locateJson(text, [key]), message, hint: `write it as an array: "${key}": []` }]
  })
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

/**
 * Entries of insecure-registries with which dockerd does not start, and which `dockerd --validate` accepts
 * (registry/config.go:168-230@v28.5.2).
 */
export function insecureFaults(file: string, { text, value }: DaemonJson): readonly Issue[] {
  return stringsIn(value[INSECURE]).flatMap((entry, i) => {
    const problem = insecureProblem(entry)
    if (problem === undefined) return []
    const message = `an entry of ${INSECURE} ${problem}: dockerd does not start with it`
    return [
      { file, ...locateJson(text, [INSECURE, i]), message, hint: 'write it as host:port or as a network' },
    ]
  })
}

/** What is wrong with an entry: completes "an entry …". */
function insecureProblem(entry: string): string | undefined {
  const host = entry.replace(/^https?:\/\//i, '')
  if (/:\/\//.test(host)) return 'has another scheme than http or https'
  if (/^[0-9a-fA-F.:]+\/\d{1,3}$/.test(host)) return undefined
  if (host.startsWith('-') || host.endsWith('-')) return 'begins or ends with "-"'
  if (/[/?#]/.test(host)) return 'has a path'
  const [, port] = /:(\d*)$/.exec(host.replace(/^\[.*\]/, '')) ?? []
  if (port !== undefined && (port === '' || Number(port) > 65_535)) return 'has a port that is not one'
  return host === '' ? 'is empty' : undefined
}
