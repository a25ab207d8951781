/** The schema of one registry. Its `targets` are names of the runtimes that a list may name. */
import type { JsonSchema } from '../../model/target-settings.ts'
import { CONNECTION } from './connection-schema.ts'
import { URL_SCHEMA } from './mirror-schema.ts'
import { booleanSchema } from './value-schemas.ts'

export const FALLBACK = booleanSchema('false: never use the server, not even when every mirror fails.', true)

const SERVER: JsonSchema = {
  title: 'a URL such as "https://registry.example.com", or a table with url',
  description:
    "The registry's own endpoint, used after the mirrors: its URL, or a table with url and other keys. Default: https:// and the name of the registry; for docker.io https://registry-1.docker.io.",
  type: ['string', 'object'],
  required: ['url'],
  additionalProperties: false,
  properties: { url: URL_SCHEMA, ...CONNECTION },
  examples: ['https://registry-1.docker.io', { url: 'https://registry.example.com', ca: 'registry-ca.pem' }],
}

export function registrySchema(targets: readonly string[]): JsonSchema {
  return { ...REGISTRY, properties: { ...PROPERTIES, targets: targetNames(targets) } }
}

function targetNames(targets: readonly string[]): JsonSchema {
  return {
    title: `an array of runtimes such as ${JSON.stringify(targets.slice(0, 1))}`,
    description:
      'The runtimes that get this registry: names of [targets]. Default: every runtime that the list configures.',
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    items: { title: 'the name of a runtime', type: 'string', enum: targets },
  }
}

const PROPERTIES: JsonSchema = {
  server: SERVER,
  mirrors: {
    title: 'an array of mirrors',
    description: 'Mirrors that the node tries before the server, in this order. []: only the server.',
    type: 'array',
    items: { $ref: '#/$defs/mirror' },
    examples: [['https://mirror.example.com']],
  },
  fallback: FALLBACK,
  canary: {
    title: 'a string such as "library/busybox:latest"',
    description:
      'The image that probes with depth manifest or blob request: repository and tag; for "*" a full image name.',
    type: 'string',
    examples: ['library/busybox:latest'],
  },
}

const REGISTRY: JsonSchema = {
  title: 'a table with mirrors',
  description: 'A registry and its mirrors.',
  type: 'object',
  additionalProperties: false,
}
