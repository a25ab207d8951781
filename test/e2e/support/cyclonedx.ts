/** The rules of CycloneDX 1.6 for the keys that an SBOM of regmirror has; it has no others. */
import { Ajv, type ValidateFunction } from 'ajv'

const text = { type: 'string', minLength: 1 }
const refs = { type: 'array', items: text, uniqueItems: true }

/** SPDX identifiers (CycloneDX takes no other as `id`) of licences that a release may have. */
const LICENSES = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']

function closed(properties: object, required: readonly string[]) {
  return { type: 'object', properties, required, additionalProperties: false }
}

const license = closed({ license: closed({ id: { enum: LICENSES } }, ['id']) }, ['license'])

/** Digests by the names that CycloneDX has for them; SHA-512 is 128 hex digits. */
const hash = closed({ alg: { const: 'SHA-512' }, content: { type: 'string', pattern: '^[0-9a-f]{128}$' } }, [
  'alg',
  'content',
])

const component = {
  ...closed(
    {
      type: { enum: ['application', 'data', 'library', 'platform'] },
      'bom-ref': text,
      ...{ name: text, version: text },
      hashes: { type: 'array', items: hash },
      licenses: { type: 'array', items: license, minItems: 1 },
      cpe: { type: 'string', pattern: '^cpe:2\\.3:[aho](:[^:\\s]+){10}$' },
      purl: { type: 'string', pattern: '^pkg:(npm|generic)/(%40[\\w.-]+/)?[\\w.-]+@[^\\s/]+$' },
      components: { type: 'array', items: { $ref: '#/$defs/component' } },
    },
    ['type', 'bom-ref', 'name', 'version', 'purl'],
  ),
}

const SBOM = {
  $defs: { component },
  ...closed(
    {
      bomFormat: { const: 'CycloneDX' },
      specVersion: { const: '1.6' },
      serialNumber: {
        type: 'string',
        pattern: '^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
      },
      version: { type: 'integer', minimum: 1 },
      metadata: closed(
        {
          timestamp: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' },
          component: { $ref: '#/$defs/component' },
        },
        ['timestamp', 'component'],
      ),
      components: { type: 'array', items: { $ref: '#/$defs/component' }, uniqueItems: true },
      dependencies: {
        type: 'array',
        items: closed({ ref: text, dependsOn: refs }, ['ref']),
        uniqueItems: true,
      },
    },
    ['bomFormat', 'specVersion'],
  ),
}

export function sbomValidator(): ValidateFunction {
  return new Ajv({ strict: false }).compile(SBOM)
}
