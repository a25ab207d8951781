/** What the validator finds, as a problem of the list. Pure. */
import type { Path } from '../../model/problem.ts'
import { nearest } from '../../wording/typos.ts'
import type { SchemaError } from './compile-schema.ts'
import type { Description, SchemaFinding } from './schema-problem.ts'
import { typeHint } from './type-hint.ts'
import { isBelowHeader, unknownKey, unknownName } from './unknown-key.ts'
import { valueKind } from './value-kind.ts'

export function schemaFinding(error: SchemaError, root: unknown): SchemaFinding {
  const path = pathOf(error.instancePath, root)
  const { keyword } = error
  return { path, keyword, ...(DESCRIPTIONS[keyword] ?? wrongValue)(error, path) }
}

const DESCRIPTIONS: Readonly<Record<string, (error: SchemaError, path: Path) => Description>> = {
  additionalProperties: ({ params, parentSchema, data }, path) =>
    unknownKey(params.additionalProperty, Object.keys(parentSchema?.properties ?? {}), data, path),
  required: missingKey,
  dependentRequired: missingKey,
  type: ({ parentSchema, data }, path) => {
    // The value of a header may be a number in TOML or YAML, and is a secret in any case.
    const found = typeof data === 'number' && isBelowHeader(path) ? 'a number' : valueKind(data)
    const hint = typeHint(parentSchema?.type, data)
    return { message: `must be ${parentSchema?.title}, not ${found}`, hint }
  },
  enum: ({ params, data }, path) =>
    path.at(-2) === 'targets'
      ? unknownName('target', String(data), params.allowedValues)
      : oneOf(params.allowedValues, data),
  minItems: ({ parentSchema }) => ({
    message: 'must not be empty',
    hint: `write ${parentSchema?.title}, or remove the key`,
  }),
  minProperties: ({ parentSchema }) => ({
    message: 'must not be empty',
    hint: `write ${parentSchema?.title}`,
  }),
  minLength: ({ parentSchema }) => ({ message: 'must not be empty', hint: `write ${parentSchema?.title}` }),
  uniqueItems: ({ params }, path) => ({
    path: [...path, Math.max(params.i, params.j)],
    message: 'duplicate value',
    hint: 'remove one',
  }),
}

function missingKey({ params, parentSchema }: SchemaError): Description {
  return {
    message: `${params.missingProperty} is missing`,
    hint: `add ${parentSchema?.properties?.[params.missingProperty]?.title}`,
    about: params.missingProperty,
  }
}

function wrongValue({ parentSchema }: SchemaError): Description {
  return { message: `must be ${parentSchema?.title}` }
}

function oneOf(allowed: readonly string[], data: unknown): Description {
  const meant = typeof data === 'string' ? nearest(data, allowed) : undefined
  const list = allowed.map(value => `"${value}"`).join(', ')
  return {
    message: allowed.length === 1 ? `must be ${list}` : `must be one of ${list}`,
    hint: meant && `did you mean "${meant}"?`,
  }
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
