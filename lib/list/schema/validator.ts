/** The schema of a list as a function, compiled at its first use; a build compiles it ahead. The only importer of ajv. */
import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js'
import type { KnownTargets } from '../../model/target-settings.ts'
import { listSchema } from './list-schema.ts'

export type SchemaError = ErrorObject
export type SchemaValidator = ((value: unknown) => boolean) & Pick<ValidateFunction, 'errors'>

/** For compiling the schema, here and in a build. */
export const ajvOptions: Options = {
  allErrors: true,
  verbose: true,
  strict: true,
  allowUnionTypes: true,
  ownProperties: true,
}

/** A fresh validator: ajv keeps the errors of the last call on the function. */
export function schemaValidator(targets: KnownTargets): SchemaValidator {
  return new Ajv2020(ajvOptions).compile(listSchema(targets))
}
