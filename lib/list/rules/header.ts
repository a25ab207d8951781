/** Rules about the headers of a mirror. Their values are secrets: no message repeats one. Pure. */
import type { Problem } from '../../model/problem.ts'
import type { MirrorEntry } from '../written.ts'

/** Headers that belong to the connection or to the request's own shape. */
const RESERVED = new Set(
  'connection content-length expect host keep-alive te trailer transfer-encoding upgrade'.split(' '),
)

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export function headerNameProblems(entry: MirrorEntry): Problem[] {
  return headerPaths(entry).flatMap(({ name, path }) => {
    if (!TOKEN.test(name)) return [{ path, atKey: true, message: 'this is no name for a header' }]
    if (!RESERVED.has(name.toLowerCase())) return []
    return [
      { path, atKey: true, message: `the header ${name} belongs to the connection`, hint: 'leave it out' },
    ]
  })
}

export function headerTwiceProblems(entry: MirrorEntry): Problem[] {
  const seen = new Set<string>()
  return headerPaths(entry).flatMap(({ name, path }) => {
    const known = seen.has(name.toLowerCase())
    seen.add(name.toLowerCase())
    return known
      ? [{ path, atKey: true, message: `the header ${name} is given twice, in two spellings` }]
      : []
  })
}

export function headerValueProblems(entry: MirrorEntry): Problem[] {
  return headerPaths(entry).flatMap(({ name, path }) => {
    const value = entry.mirror.header?.[name]
    const problem = typeof value === 'string' ? headerValueProblem(value) : undefined
    return problem === undefined ? [] : [{ path, message: `this header's value ${problem}` }]
  })
}

/** Why a value cannot be sent the same way by every runtime; words that go after "the value …". */
export function headerValueProblem(value: string): string | undefined {
  if (value === '') return 'is empty'
  if (/[\r\n]/.test(value)) return 'holds a line break'
  if (/[^\x20-\x7e]/.test(value)) return 'holds a control character or a letter outside ASCII'
  return value.trim() === value ? undefined : 'begins or ends with a space'
}

function headerPaths({ path, mirror }: MirrorEntry) {
  return Object.keys(mirror.header ?? {}).map(name => ({ name, path: [...path, 'header', name] }))
}
