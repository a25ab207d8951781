/** Schemas of values that several tables of a list have. A title completes "must be …" and "give …". */
import type { JsonSchema } from '../../model/target-settings.ts'

export const PATH: JsonSchema = { title: 'a path', type: 'string', minLength: 1 }

/** A duration such as `example`. */
export function durationSchema(example: string, description: string): JsonSchema {
  return {
    title: `a duration such as "${example}" (a number and ms, s, m or h)`,
    description,
    type: 'string',
    pattern: '^\\d+(\\.\\d+)?(ms|s|m|h)$',
  }
}

export function booleanSchema(description: string, usual: boolean): JsonSchema {
  return { title: 'true or false', description, type: 'boolean', default: usual }
}
