/** The schema of a list as a function; a build compiles it ahead. The only importer of ajv. */
import { Ajv2020, type ErrorObject, type Options } from 'ajv/dist/2020.js'
import type { KnownTargets } from '../../model/target-settings.ts'
import { listSchema } from './list-schema.ts'

export type SchemaError = ErrorObject

/** Returns whether a value fits; afterwards, `errors` says why it does not. */
export interface SchemaValidator {
  (value: unknown): boolean
  readonly errors?: readonly SchemaError[] | null | undefined
}

const STRICT: Options = { strict: true, allowUnionTypes: true, ownProperties: true }

/** Says only whether a list fits: a quarter of the code. */
export const QUICK: Options = { ...STRICT, messages: false }
/** Finds every error, and the value that has it. */
export const WHOLE: Options = { ...STRICT, allErrors: true, verbose: true }

export function compileSchema(targets: KnownTargets, options: Options): SchemaValidator {
  return new Ajv2020(options).compile(listSchema(targets))
}
