/** registries.yaml as people and tools write it. */
import fc from 'fast-check'

export const NAMES = ['docker.io', 'quay.io', '*', 'registry.example:5000', 'localhost:5000']

const host = fc.constantFrom(
  ...['a.example', 'b.example:5000', 'docker.io', 'registry-1.docker.io', 'quay.io', '127.0.0.1:5000'],
  ...['localhost:5000', 'localhost', 'registry.example:5000', '10.0.0.1'],
)
const path = fc.constantFrom('', '', '/', '/v2', '/v2/', '/v2/hub', '/hub/v2', '/hub')
const endpoint = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom('https://', 'http://', ''), host, path).map(parts => parts.join('')),
  },
  { weight: 1, arbitrary: fc.constantFrom('https://h:port', 'a b', 'https://a.example/x') },
)
const tls = fc.record(
  {
    ca_file: fc.constantFrom('/etc/ca.pem', ''),
    cert_file: fc.constant('/etc/client.pem'),
    key_file: fc.constant('/etc/key.pem'),
    insecure_skip_verify: fc.boolean(),
  },
  { requiredKeys: [] },
)
const config = fc.record(
  { tls, auth: fc.constant({ username: 'u', password: 'planted' }) },
  { requiredKeys: [] },
)
const mirror = fc.record(
  {
    endpoint: fc.array(endpoint, { maxLength: 4 }),
    rewrite: fc.constantFrom({ '^(.*)$': 'proxy/$1' }, { '^library/(.*)': 'hub/$1' }),
  },
  { requiredKeys: [] },
)

interface Layout {
  readonly unit: string
  readonly eol: string
  readonly flow: boolean
  readonly comments: boolean
}

export interface RegistriesYaml {
  readonly text: string
}

export const registriesYaml: fc.Arbitrary<RegistriesYaml> = fc
  .record({
    mirrors: fc.dictionary(
      fc.constantFrom(...NAMES),
      fc.oneof({ weight: 5, arbitrary: mirror }, fc.constant(null)),
    ),
    configs: fc.dictionary(host, config),
    layout: fc.record({
      unit: fc.constantFrom('  ', '    '),
      eol: fc.constantFrom('\n', '\n', '\r\n'),
      flow: fc.boolean(),
      comments: fc.boolean(),
    }),
    start: fc.constantFrom('', '# mirrors\n', '---\n'),
    end: fc.constantFrom('\n', '', '\n\n# end\n'),
  })
  .map(({ mirrors, configs, layout, start, end }) => {
    const body = lines({ mirrors: { ...mirrors }, configs: { ...configs } }, '', layout).join('\n')
    return { text: (start + body + end).replaceAll('\n', layout.eol) }
  })

function lines(table: object, indent: string, layout: Layout): readonly string[] {
  return Object.entries(table).flatMap(([key, value], i): readonly string[] => {
    const name = `${indent}${/^[a-z_]+(\.[a-z]+)?$/.test(key) ? key : JSON.stringify(key)}:`
    const note = layout.comments && i === 0 ? ' # note' : ''
    const above = layout.comments && i === 1 ? [`${indent}# above ${i}`] : []
    if (value === null) return [...above, `${name}${note}`]
    const isDeep = typeof value === 'object' && Object.keys(value).length > 0
    if (!isDeep || (layout.flow && indent !== ''))
      return [...above, `${name} ${JSON.stringify(value)}${note}`]
    if (Array.isArray(value))
      return [...above, name + note, ...value.map(item => `${indent}${layout.unit}- ${JSON.stringify(item)}`)]
    return [...above, name + note, ...lines(value, indent + layout.unit, layout)]
  })
}
