/** URLs and registry names in every spelling that a list accepts. */
import fc from 'fast-check'

/** The URL of a mirror; an `exact` one need not name the API base. */
export interface UrlParts {
  readonly url: string
  readonly exact: boolean
}

const NAMES = [
  ...['a.example', 'b.example', 'Mirror.Example', 'docker.io', 'registry-1.docker.io', 'ghcr.io', 'cache'],
  ...['under_score.example', '10.0.0.1', '127.0.0.1', 'localhost', '[::1]', '[2001:DB8::7]'],
]

/** Machines; few, so that some are named twice. */
const machine = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.domain({ size: 'xsmall' }) },
)
const port = fc.constantFrom('', '', '', ':80', ':443', ':5000', ':65535')
const segment = fc.stringMatching(/^[\w~:!$&()*+,=-][\w.~:!$&()*+,=-]{0,5}$/).filter(text => text !== 'v2')
const segments = fc.array(segment, { minLength: 1, maxLength: 3 }).map(parts => parts.join('/'))

/** Paths that name the API base. */
const clearPath = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('', '', '/', '/v2', '/v2/') },
  { weight: 1, arbitrary: segments.map(text => `/v2/${text}`) },
  { weight: 1, arbitrary: segments.map(text => `/v2/${text}/`) },
  { weight: 1, arbitrary: segments.map(text => `/${text}/v2`) },
)
const anyPath = fc.oneof(
  clearPath,
  segments.map(text => `/${text}`),
  fc.constantFrom('/v2/v2', '/x/v2/y/', '/v2/v2/v2/'),
)

const origin = fc
  .tuple(fc.constantFrom('https', 'https', 'http', 'HTTPS', 'Http'), machine, port)
  .map(([scheme, name, number]) => `${scheme}://${name}${number}`)

/** A URL that is valid without further keys. */
export const clearUrl: fc.Arbitrary<string> = fc.tuple(origin, clearPath).map(parts => parts.join(''))

export const mirrorUrl: fc.Arbitrary<UrlParts> = fc.oneof(
  { weight: 4, arbitrary: clearUrl.map(url => ({ url, exact: false })) },
  {
    weight: 1,
    arbitrary: fc.tuple(origin, anyPath).map(([base, path]) => ({ url: base + path, exact: true })),
  },
)

const REGISTRIES = [
  ...['docker.io', 'docker.io', 'quay.io', 'ghcr.io', 'registry.example:5000', 'localhost:5000', '*', '*'],
  ...['index.docker.io', 'INDEX.Docker.IO', 'ghcr.io', 'GHCR.io', 'quay.io', '*'],
  ...['registry.example:5000', 'Reg.Example', 'reg.example:443', 'registry:80', 'registry-1.docker.io'],
  ...['localhost', 'localhost:5000', '127.0.0.1:5000', '10.1.2.3', '[::1]:5000', '[2001:DB8::1]'],
]

const registryKey = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...REGISTRIES) },
  { weight: 1, arbitrary: fc.domain({ size: 'xsmall' }) },
)

/** The registry that a key stands for (docs/list.md). */
function registryName(key: string): string {
  const name = key.toLowerCase()
  return name === 'index.docker.io' ? 'docker.io' : name
}

/** Keys of a list, each for another registry. */
export const registryKeys: fc.Arbitrary<string[]> = fc.uniqueArray(registryKey, {
  minLength: 1,
  maxLength: 4,
  selector: registryName,
})
