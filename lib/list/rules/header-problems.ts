/** Rules about the headers of a mirror. Their values are secrets: no message repeats one. Pure. */
import type { Problem } from '../../model/problem.ts'
import type { MirrorEntry } from '../written.ts'

/** Headers of the connection, or of the shape of the request. */
const RESERVED = new Set(
  'connection content-length expect host keep-alive te trailer transfer-encoding upgrade'.split(' '),
)

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export function headerNameProblems(entry: MirrorEntry): readonly Problem[] {
  return headerPaths(entry).flatMap(({ name, path }) => {
    const at = { path, atKey: true }
    if (!TOKEN.test(name))
      return [{ ...at, message: 'this is not a header name', hint: 'use letters, digits and "-"' }]
    if (!RESERVED.has(name.toLowerCase())) return []
    return [{ ...at, message: `the header ${name} is set by the connection`, hint: 'remove it' }]
  })
}

export function headerTwiceProblems(entry: MirrorEntry): readonly Problem[] {
  const seen = new Set<string>()
  return headerPaths(entry).flatMap(({ name, path }) => {
    const isSecond = seen.has(name.toLowerCase())
    seen.add(name.toLowerCase())
    const message = `duplicate header ${name}: header names are not case-sensitive`
    return isSecond ? [{ path, atKey: true, message, hint: 'remove one' }] : []
  })
}

export function headerValueProblems(entry: MirrorEntry): readonly Problem[] {
  return headerPaths(entry).flatMap(({ name, path }) => {
    const value = entry.mirror.header?.[name]
    const problem = typeof value === 'string' ? headerValueProblem(value) : undefined
    return problem === undefined ? [] : [{ path, message: `the value of this header ${problem}` }]
  })
}

/** Why a value cannot be sent the same way by every runtime; text that follows "the value …". */
export function headerValueProblem(value: string): string | undefined {
  if (value === '') return 'is empty'
  if (/[\r\n]/.test(value)) return 'contains a line break'
  if (/[^\x20-\x7e]/.test(value)) return 'contains a control character or a character outside ASCII'
  return value.trim() === value ? undefined : 'starts or ends with a space'
}

function headerPaths({ path, mirror }: MirrorEntry) {
  return Object.keys(mirror.header ?? {}).map(name => ({ name, path: [...path, 'header', name] }))
}
