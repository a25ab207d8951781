/** The schema of a whole list. `npm run schema` writes it to schema.json, for editors. */
import type { JsonSchema, KnownTargets } from '../../model/target-settings.ts'
import { CA, CLIENT, CONNECTION, DIAL_TIMEOUT, HEADER, REDIRECTS } from './connection-schema.ts'
import { SECRET } from './header-schema.ts'
import { HEALTH } from './health-schema.ts'
import { CAPABILITIES, MIRROR } from './mirror-schema.ts'
import { FALLBACK, registrySchema } from './registry-schema.ts'

export function listSchema(targets: KnownTargets): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'a table with version and registries',
    description: 'A regmirror list: the mirrors that a node uses for each registry, and their order.',
    type: 'object',
    required: ['version', 'registries'],
    additionalProperties: false,
    properties: { ...PROPERTIES, targets: targetsSchema(targets) },
    $defs: {
      registry: registrySchema(Object.keys(targets)),
      mirror: MIRROR,
      capabilities: CAPABILITIES,
      ca: CA,
      client: CLIENT,
      header: HEADER,
      secret: SECRET,
      dial_timeout: DIAL_TIMEOUT,
      redirects: REDIRECTS,
    },
  }
}

function targetsSchema(targets: KnownTargets): JsonSchema {
  const schemas = Object.entries(targets).map(([name, { settings }]) => [name, settings.schema])
  return {
    title: 'a table of runtimes',
    description: `The runtimes to configure. Default: ${Object.keys(targets)[0]} with its default files.`,
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(schemas),
  }
}

const PROPERTIES: JsonSchema = {
  $schema: {
    title: 'a string',
    description: 'URL of this schema, for editors. regmirror ignores it.',
    type: 'string',
  },
  version: { title: '1', description: 'Version of the list format. Only 1 exists.', const: 1 },
  defaults: {
    title: 'a table',
    description: 'Values for every mirror, and fallback for every registry, that does not set its own.',
    type: 'object',
    additionalProperties: false,
    properties: {
      capabilities: { $ref: '#/$defs/capabilities' },
      ...CONNECTION,
      fallback: FALLBACK,
    },
  },
  registries: {
    title: 'a table of registries',
    description:
      'Registries. A key is the first part of an image name: "docker.io", "registry.example.com:5000"; "*" is every registry without an entry.',
    type: 'object',
    minProperties: 1,
    additionalProperties: { $ref: '#/$defs/registry' },
    examples: [{ 'docker.io': { mirrors: ['https://mirror.example.com'] } }],
  },
  health: HEALTH,
}
