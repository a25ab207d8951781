/** Messages for keys that the schema does not have. Pure. */
import { isTable } from '../../formats/is-table.ts'
import type { Path } from '../../model/problem.ts'
import { nearest } from '../../wording/typos.ts'
import type { Description } from './schema-problem.ts'

/** `path` is the table of the key, `known` its keys in the schema. */
export function unknownKey(key: string, known: readonly string[], data: unknown, path: Path): Description {
  const value = isTable(data) ? data[key] : undefined
  if (path.length === 2 && path[0] === 'registries' && isTable(value)) return unquotedName(path, key, value)
  if (known.includes('url') && /^https?:/i.test(key)) return urlAsKey(path, key)
  if (known.includes('basic') && LOGIN_KEY.test(key)) return loginOutsideBasic(path, key)
  const kind = path[0] === 'targets' && path.length === 1 ? 'target' : 'key'
  return { path: [...path, key], atKey: true, ...unknownName(kind, key, known, !isBelowHeader(path)) }
}

/** `mayShow`: false where it may be a secret. */
export function unknownName(
  kind: 'target' | 'key',
  name: string,
  known: readonly string[],
  mayShow = true,
): Description {
  const meant = nearest(name, known)
  const hint = meant === undefined ? knownHint(known) : `did you mean "${meant}"?`
  const isShown = meant !== undefined || (isPlain(name) && mayShow)
  const message = isShown ? `unknown ${kind} ${JSON.stringify(name)}` : `unknown ${kind}`
  return { message, hint, about: meant }
}

function knownHint(known: readonly string[]): string {
  const names = known.filter(name => name !== '$schema')
  return names.length === 1 ? `use ${names}` : `use one of ${names.join(', ')}`
}

/** Of a mirror, a server or `[defaults]`: what stands there may be a secret. */
export function isBelowHeader(path: Path): boolean {
  return path.includes('header')
}

/** In YAML: `- https://m: 5000`, or `{https://m}`. It may hold credentials. */
function urlAsKey(path: Path, key: string): Description {
  const hint = 'write "url: " before it, and no space in it'
  return { path: [...path, key], atKey: true, message: 'a URL in the place of a key', hint, about: 'url' }
}

const LOGIN_KEY = /^(user(name)?|password)$/i

function loginOutsideBasic(path: Path, key: string): Description {
  const hint = 'write basic = { user = "…", password = { file = "…" } }'
  return { path: [...path, key], atKey: true, message: `${key} belongs into basic`, hint, about: 'basic' }
}

/** Other keys are probably values in the wrong place, and a value may be a secret. */
function isPlain(key: string): boolean {
  return /^[\w.:-]{1,64}$/.test(key)
}

/** `[registries.docker.io]` is the registry "docker" with a table "io": the name was meant to be one key. */
function unquotedName(path: Path, key: string, table: Record<string, unknown>): Description {
  if (/[.:*]/.test(key)) {
    const message = 'a registry cannot be part of another one'
    return { path: [...path, key], atKey: true, message, hint: 'write it beside the other one' }
  }
  const whole = [path[1], key, ...namesIn(table)].join('.')
  const hint = isPlain(whole)
    ? `write [registries."${whole}"], or "${whole}" as one key`
    : 'write it as one key'
  return { path: [...path, key], atKey: true, message: 'a name with dots needs quotes', hint }
}

/** The keys that lead through tables of one table each. */
function namesIn(table: Record<string, unknown>): string[] {
  const [name] = Object.keys(table)
  const inner = name === undefined ? undefined : table[name]
  return name !== undefined && isTable(inner) ? [name, ...namesIn(inner)] : []
}
