/** schema.json as a function, compiled when it is first wanted. The only importer of ajv. */
import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js'
import schema from '../../../schema.json' with { type: 'json' }

export type SchemaError = ErrorObject
export type SchemaValidator = ((value: unknown) => boolean) & Pick<ValidateFunction, 'errors'>

/** The options the schema is compiled with, here or ahead of time. */
export const ajvOptions: Options = {
  allErrors: true,
  verbose: true,
  strict: true,
  allowUnionTypes: true,
  ownProperties: true,
}

/** A fresh validator: ajv keeps the errors of the last call on the function. */
export function schemaValidator(): SchemaValidator {
  return new Ajv2020(ajvOptions).compile(schema)
}
