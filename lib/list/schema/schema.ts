/** Does the list have the right shape? Pure: the validator's findings in our words, one for each mistake. */

import { isTable } from '../../formats/tables.ts'
import type { Path, Problem } from '../../model/problem.ts'
import { nearest } from '../../wording/typos.ts'
import { pathKey } from '../written.ts'
import { typeHint } from './type-hints.ts'
import { type SchemaError, schemaValidator } from './validator.ts'

/** A problem of shape. `about`: the key that is missing, or that an unknown key was probably meant to be. */
export interface SchemaProblem extends Problem {
  readonly about?: string | undefined
}

/** Everything wrong with the shape of a list; nothing else may be read from the parts it names. */
export function checkSchema(value: unknown): readonly SchemaProblem[] {
  const version = versionProblem(value)
  if (version !== undefined) return [version]
  const validate = schemaValidator()
  if (validate(value)) return []
  return withoutConsequences((validate.errors ?? []).map(error => inOurWords(error, value)))
}

/** Another version, or none, is another format: what else is wrong with it would be guesswork. */
function versionProblem(value: unknown): Problem | undefined {
  if (!isTable(value)) return undefined
  if (!Object.hasOwn(value, 'version')) return missingVersion(value)
  if (value.version === 1) return undefined
  const hint =
    value.version === '1' ? 'write the number 1 without quotes' : 'this regmirror reads version 1 only'
  return { path: ['version'], message: `version must be 1, not ${named(value.version)}`, hint }
}

function missingVersion(value: Record<string, unknown>): Problem {
  const meant = nearest(
    'version',
    Object.keys(value).filter(key => !['registries', 'targets'].includes(key)),
  )
  if (meant !== undefined) {
    return { path: [meant], atKey: true, message: `unknown key "${meant}"`, hint: 'did you mean "version"?' }
  }
  return {
    path: [],
    message: 'version is missing',
    hint: 'begin the list with version = 1 (version: 1 in YAML)',
  }
}

interface Finding extends SchemaProblem {
  readonly keyword: string
}

function inOurWords(error: SchemaError, root: unknown): Finding {
  const path = pathOf(error.instancePath, root)
  const words = (WORDS[error.keyword] ?? wrongValue)(error, path)
  return { path, keyword: error.keyword, ...words }
}

type Words = Pick<Finding, 'message' | 'hint' | 'about'> & Partial<Pick<Finding, 'path' | 'atKey'>>

const WORDS: Readonly<Record<string, (error: SchemaError, path: Path) => Words>> = {
  additionalProperties: unknownKey,
  required: ({ params, parentSchema }) => ({
    message: `${params.missingProperty} is missing`,
    hint: `give ${parentSchema?.properties?.[params.missingProperty]?.title}`,
    about: params.missingProperty,
  }),
  type: ({ parentSchema, data }, path) => {
    // A header may be a number to TOML or YAML; as the value of one it is as secret as any other.
    const found = typeof data === 'number' && isBelowHeader(path) ? 'a number' : named(data)
    const hint = typeHint(parentSchema?.type, data)
    return { message: `must be ${parentSchema?.title}, not ${found}`, hint }
  },
  enum: ({ params, data }) => oneOf(params.allowedValues, data),
  minItems: ({ parentSchema }) => ({
    message: 'must not be empty',
    hint: `give ${parentSchema?.title}, or leave the key out`,
  }),
  minProperties: ({ parentSchema }) => ({
    message: 'must not be empty',
    hint: `give ${parentSchema?.title}`,
  }),
  minLength: ({ parentSchema }) => ({ message: 'must not be empty', hint: `give ${parentSchema?.title}` }),
  uniqueItems: ({ params }, path) => ({
    path: [...path, Math.max(params.i, params.j)],
    message: 'is listed twice',
    hint: 'once is enough',
  }),
}

function wrongValue({ parentSchema }: SchemaError): Words {
  return { message: `must be ${parentSchema?.title}` }
}

function unknownKey({ params, parentSchema, data }: SchemaError, path: Path): Words {
  const key: string = params.additionalProperty
  const table = (data as Record<string, unknown>)[key]
  if (path.length === 2 && path[0] === 'registries' && isTable(table)) return unquotedName(path, key, table)
  const known = Object.keys(parentSchema?.properties ?? {})
  if (known.includes('url') && /^https?:/i.test(key)) return urlAsKey(path, key)
  const meant = nearest(key, known)
  const hint =
    meant === undefined
      ? `known here: ${known.filter(name => name !== '$schema').join(', ')}`
      : `did you mean "${meant}"?`
  const shown = meant !== undefined || (isPlain(key) && !isBelowHeader(path))
  const message = shown ? `unknown key ${JSON.stringify(key)}` : 'unknown key'
  return { path: [...path, key], atKey: true, message, hint, about: meant }
}

/** In YAML: `- https://m: 5000`, or `{https://m}`. It may hold credentials. */
function urlAsKey(path: Path, key: string): Words {
  const hint = 'write "url: " before it, and no space in it'
  return { path: [...path, key], atKey: true, message: 'a url in the place of a key', hint, about: 'url' }
}

function isBelowHeader(path: Path): boolean {
  return path[4] === 'header'
}

/** What is no plain name is a value in the wrong place, and that may be a secret. */
function isPlain(key: string): boolean {
  return /^[\w.:-]{1,64}$/.test(key)
}

/** `[registries.docker.io]` is the registry "docker" with a table "io": the name was meant to be one key. */
function unquotedName(path: Path, key: string, table: Record<string, unknown>): Words {
  if (/[.:*]/.test(key)) {
    const message = 'a registry cannot stand in another'
    return { path: [...path, key], atKey: true, message, hint: 'write it beside the other' }
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

function oneOf(allowed: readonly string[], data: unknown): Words {
  const meant = typeof data === 'string' ? nearest(data, allowed) : undefined
  const list = allowed.map(value => `"${value}"`).join(', ')
  return {
    message: allowed.length === 1 ? `must be ${list}` : `must be one of ${list}`,
    hint: meant && `did you mean "${meant}"?`,
  }
}

/** One mistake, one line: a misspelt key is not missing too, and a value of the wrong type has no other faults. */
function withoutConsequences(findings: readonly Finding[]): SchemaProblem[] {
  const misspelt = new Set(
    findings.filter(isUnknownKey).map(found => pathKey([...found.path.slice(0, -1), found.about ?? ''])),
  )
  const wrongType = new Set(
    findings.filter(found => found.keyword === 'type').map(found => pathKey(found.path)),
  )
  const seen = new Set<string>()
  return findings.filter(found => {
    const key = pathKey(found.path)
    if (found.keyword === 'required') return !misspelt.has(pathKey([...found.path, found.about ?? '']))
    if (wrongType.has(key) && found.keyword !== 'type') return false
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function isUnknownKey(found: Finding): boolean {
  return found.keyword === 'additionalProperties'
}

/** A JSON pointer as a path; array indices become numbers. */
function pathOf(pointer: string, root: unknown): Path {
  let here = root
  return pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(part => {
      const step = Array.isArray(here) ? Number(part) : part
      here = (here as Record<string | number, unknown>)[step]
      return step
    })
}

/** The kind of a value in words that hold for all three formats. */
function named(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Date) return 'a date'
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? 'a string' : 'a table'
}
