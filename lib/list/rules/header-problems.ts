/** Rules about the headers of an endpoint. Their values are secrets: no message repeats one. Pure. */
import { isTable } from '../../formats/is-table.ts'
import type { Problem } from '../../model/problem.ts'
import { headerSecrets } from '../header-secrets.ts'
import { isAuthorization } from '../values/header-value.ts'
import type { ConnectionEntry } from '../written.ts'

/** Headers of the connection, or of the shape of the request. */
const RESERVED = new Set(
  'connection content-length expect host keep-alive te trailer transfer-encoding upgrade'.split(' '),
)

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export function headerNameProblems(entry: ConnectionEntry): readonly Problem[] {
  return headerPaths(entry).flatMap(({ name, path }) => {
    const at = { path, atKey: true }
    if (!TOKEN.test(name))
      return [{ ...at, message: 'this is not a header name', hint: 'use letters, digits and "-"' }]
    if (!RESERVED.has(name.toLowerCase())) return []
    return [{ ...at, message: `the header ${name} is set by the connection`, hint: 'remove it' }]
  })
}

export function headerTwiceProblems(entry: ConnectionEntry): readonly Problem[] {
  const seen = new Set<string>()
  return headerPaths(entry).flatMap(({ name, path }) => {
    const isSecond = seen.has(name.toLowerCase())
    seen.add(name.toLowerCase())
    const message = `duplicate header ${name}: header names are not case-sensitive`
    return isSecond ? [{ path, atKey: true, message, hint: 'remove one' }] : []
  })
}

/** `basic` and `bearer` make a value that has a meaning only in Authorization. */
export function headerSchemeProblems(entry: ConnectionEntry): readonly Problem[] {
  return headerPaths(entry).flatMap(({ name, path }) => {
    const header = entry.written.header?.[name]
    const scheme = (['basic', 'bearer'] as const).find(key => isTable(header) && Object.hasOwn(header, key))
    if (scheme === undefined || isAuthorization(name)) return []
    const message = `${scheme} makes the value of Authorization, not of ${name}`
    return [{ path: [...path, scheme], atKey: true, message, hint: 'write header = { Authorization = … }' }]
  })
}

/** Values that are written in the list; those of files and variables are checked when they are read. */
export function headerValueProblems(entry: ConnectionEntry): readonly Problem[] {
  return headerSecrets(entry).flatMap(({ path, written, name, problem }) => {
    const found = typeof written === 'string' ? problem(written) : undefined
    return found === undefined ? [] : [{ path, message: `${name} ${found.message}`, hint: found.hint }]
  })
}

function headerPaths({ path, written }: ConnectionEntry) {
  return Object.keys(written.header ?? {}).map(name => ({ name, path: [...path, 'header', name] }))
}
