/** The schema of the keys that mirrors, servers and `[defaults]` have. */
import type { JsonSchema } from '../../model/target-settings.ts'
import { HEADER_VALUE } from './header-schema.ts'
import { booleanSchema, durationSchema, PATH } from './value-schemas.ts'

export const DIAL_TIMEOUT: JsonSchema = {
  ...durationSchema('2s', 'How long containerd 2.0.7 and later wait for a connection.'),
  default: '2s',
}

/** Empty: no client certificate, also where `[defaults]` has one. */
export const CLIENT: JsonSchema = {
  title: 'a table with cert and key',
  description:
    'Client certificate and its key, two PEM files. Relative paths are relative to the directory of the list. {}: none.',
  type: 'object',
  dependentRequired: { cert: ['key'], key: ['cert'] },
  additionalProperties: false,
  properties: {
    cert: { ...PATH, description: 'The certificate, PEM.' },
    key: { ...PATH, description: 'Its key, PEM, not encrypted.' },
  },
}

export const CA: JsonSchema = {
  title: 'a path or an array of paths',
  description:
    'PEM file or files with the CAs of the certificate. Relative paths are relative to the directory of the list. []: none.',
  type: ['string', 'array'],
  minLength: 1,
  items: PATH,
  examples: ['mirror-ca.pem'],
}

export const HEADER: JsonSchema = {
  title: 'a table of headers',
  description: 'HTTP headers of every request. {}: none.',
  type: 'object',
  additionalProperties: HEADER_VALUE,
  examples: [{ Authorization: { file: 'mirror.token' } }],
}

export const REDIRECTS: JsonSchema = {
  title: 'an array of host names and networks',
  description:
    'Private hosts that a probe may be redirected to, or that issue its tokens: exact host names, addresses, or networks such as 10.0.0.0/8. Public hosts, and hosts in the same address space as the endpoint, are always allowed.',
  type: 'array',
  uniqueItems: true,
  items: { title: 'a host name or a network', type: 'string', minLength: 1 },
  examples: [['10.0.0.0/8'], ['harbor.internal']],
}

/** Three tables have them, so they refer to the definitions: the compiled check is a third as long. */
export const CONNECTION: JsonSchema = {
  ca: { $ref: '#/$defs/ca' },
  client: { $ref: '#/$defs/client' },
  skip_verify: booleanSchema('true: accept any certificate. A ca is safer.', false),
  header: { $ref: '#/$defs/header' },
  dial_timeout: { $ref: '#/$defs/dial_timeout' },
  redirects: { $ref: '#/$defs/redirects' },
}
