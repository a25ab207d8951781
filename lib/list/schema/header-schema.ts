/** The schema of the value of a header. */
import type { JsonSchema } from '../../model/target-settings.ts'
import { PATH } from './value-schemas.ts'

/** Where a secret is, instead of the secret itself. */
const PLACES: JsonSchema = {
  file: {
    ...PATH,
    description:
      'File that contains only the value. A relative path is relative to the directory of the list.',
  },
  env: {
    title: 'the name of an environment variable',
    description: 'Environment variable with the whole value.',
    type: 'string',
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  },
}

/** A secret, or where it is. */
export const SECRET: JsonSchema = {
  title: 'a string, { file = "…" } or { env = "…" }',
  type: ['string', 'object'],
  minLength: 1,
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: PLACES,
}

function secretSchema(description: string): JsonSchema {
  return { title: SECRET.title, description, $ref: '#/$defs/secret' }
}

export const HEADER_VALUE: JsonSchema = {
  ...SECRET,
  description:
    'A value, { file = "…" } (the file contains only the value), { env = "…" }; for Authorization also { basic = { user, password } } or { bearer = token }.',
  title: 'a string, or a table with file, env, basic or bearer',
  properties: {
    ...PLACES,
    basic: {
      title: 'a table with user and password',
      description: 'For Authorization: regmirror writes "Basic " and the Base64 of user:password.',
      type: 'object',
      required: ['user', 'password'],
      additionalProperties: false,
      properties: {
        user: secretSchema('The user, such as "robot$k8s".'),
        password: secretSchema('The password, best as { file = "…" }.'),
      },
    },
    bearer: secretSchema('For Authorization: regmirror writes "Bearer " and this token.'),
  },
}
