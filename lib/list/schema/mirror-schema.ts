/** The schema of one mirror, and of the keys that `[defaults]` has too. */
import type { JsonSchema } from '../../model/target-settings.ts'
import { booleanSchema, durationSchema, PATH } from './value-schemas.ts'

export const CAPABILITIES: JsonSchema = {
  title: 'an array of "pull", "resolve", "push"',
  description:
    'What a mirror is used for: pull (content by digest), resolve (the digest of a tag), push. Grant resolve only to mirrors that you trust: they decide which image a tag points to.',
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: { title: 'a capability', type: 'string', enum: ['pull', 'resolve', 'push'] },
  default: ['pull', 'resolve'],
}

export const DIAL_TIMEOUT: JsonSchema = {
  ...durationSchema('2s', 'How long containerd 2.0.7 and later wait for a connection.'),
  default: '2s',
}

const CLIENT: JsonSchema = {
  title: 'a table with cert and key',
  description:
    'Client certificate and its key, two PEM files. Relative paths are relative to the directory of the list.',
  type: 'object',
  required: ['cert', 'key'],
  additionalProperties: false,
  properties: {
    cert: { ...PATH, description: 'The certificate, PEM.' },
    key: { ...PATH, description: 'Its key, PEM, not encrypted.' },
  },
}

const HEADER_VALUE: JsonSchema = {
  title: 'a string, { file = "…" } or { env = "…" }',
  description: 'A value, { file = "…" } (the file contains only the value) or { env = "…" }.',
  type: ['string', 'object'],
  minLength: 1,
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: {
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
  },
}

export const MIRROR: JsonSchema = {
  title: 'a URL or a table with url',
  description: 'A mirror: its URL, or a table with url and other keys.',
  type: ['string', 'object'],
  required: ['url'],
  additionalProperties: false,
  properties: {
    url: {
      title: 'a URL such as "https://mirror.example.com"',
      description:
        'The API base. No path: /v2. /v2/P: repositories below P (Harbor, Nexus). /P/v2: a registry below a path (Artifactory).',
      type: 'string',
      examples: ['https://mirror.example.com', 'https://harbor.example.com/v2/hub'],
    },
    base: {
      title: '"exact"',
      description: '"exact": use the path of the URL unchanged, with or without /v2.',
      enum: ['exact'],
    },
    capabilities: { $ref: '#/$defs/capabilities' },
    ca: {
      title: 'a path or an array of paths',
      description:
        "PEM file or files with the CAs of the mirror's certificate. Relative paths are relative to the directory of the list.",
      type: ['string', 'array'],
      minLength: 1,
      minItems: 1,
      items: PATH,
      examples: ['mirror-ca.pem'],
    },
    client: CLIENT,
    skip_verify: booleanSchema('true: accept any certificate. A ca is safer.', false),
    header: {
      title: 'a table of headers',
      description: 'HTTP headers of every request to this mirror.',
      type: 'object',
      additionalProperties: HEADER_VALUE,
      examples: [{ Authorization: { file: 'mirror.token' } }],
    },
    dial_timeout: { $ref: '#/$defs/dial_timeout' },
    redirects: {
      title: 'an array of host names and networks',
      description:
        'Private hosts that a probe of this mirror may be redirected to, or that issue its tokens: exact host names, addresses, or networks such as 10.0.0.0/8. Public hosts, and hosts in the same address space as the mirror, are always allowed.',
      type: 'array',
      uniqueItems: true,
      items: { title: 'a host name or a network', type: 'string', minLength: 1 },
      examples: [['10.0.0.0/8'], ['harbor.internal']],
    },
  },
}
