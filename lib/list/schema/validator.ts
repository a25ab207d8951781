/** Finds every error in the shape of a list. A build compiles the schema in place of this module. */
import type { KnownTargets } from '../../model/target-settings.ts'
import { compileSchema, type SchemaValidator, WHOLE } from './compile-schema.ts'

/** A fresh validator: ajv keeps the errors of the last call on the function. */
export function schemaValidator(targets: KnownTargets): SchemaValidator {
  return compileSchema(targets, WHOLE)
}
