/** The schema of one mirror, and of its capabilities, which `[defaults]` has too. */
import type { JsonSchema } from '../../model/target-settings.ts'
import { CONNECTION } from './connection-schema.ts'

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

/** The API base of an endpoint. */
export const URL_SCHEMA: JsonSchema = {
  title: 'a URL such as "https://mirror.example.com"',
  description:
    'The API base. No path: /v2. /v2/P: repositories below P (Harbor, Nexus). /P/v2: a registry below a path (Artifactory).',
  type: 'string',
  examples: ['https://mirror.example.com', 'https://harbor.example.com/v2/hub'],
}

export const MIRROR: JsonSchema = {
  title: 'a URL or a table with url',
  description: 'A mirror: its URL, or a table with url and other keys.',
  type: ['string', 'object'],
  required: ['url'],
  additionalProperties: false,
  properties: {
    url: URL_SCHEMA,
    base: {
      title: '"exact"',
      description: '"exact": use the path of the URL unchanged, with or without /v2.',
      enum: ['exact'],
    },
    capabilities: { $ref: '#/$defs/capabilities' },
    ...CONNECTION,
  },
}
