/** Valid mirror lists with every key of docs/list.md. */
import path from 'node:path'
import fc from 'fast-check'
import type {
  WrittenConnection,
  WrittenDefaults,
  WrittenHeader,
  WrittenList,
  WrittenMirror,
  WrittenRegistry,
} from '../../../lib/list/written.ts'
import type { Capability } from '../../../lib/model/registry.ts'
import { clearUrl, mirrorUrl, registryKeys } from './endpoints.ts'

/** The directory of the files that lists name; copies of them lie beside the list. */
export const TLS = path.resolve(import.meta.dirname, '../../../fixtures/tls')

/** The variables for `header = { X = { env = … } }`. */
export const ENV: Readonly<Record<string, string>> = {
  TOKEN: 'Basic dXNlcjpwYXNzd29yZA==',
  FROM_: 'node 1, rack #2',
  ODD: `a "quoted" \\ value's = [end]`,
}

type Entry = string | WrittenMirror

const capabilities = fc.shuffledSubarray<Capability>(['pull', 'resolve', 'push'], { minLength: 1 })
const duration = fc.constantFrom('1ms', '500ms', '2s', '1.5s', '0.25m', '24h')
const interval = fc.constantFrom('1s', '1500ms', '30s', '0.25m', '24h')
const attached = (name: string) => fc.constantFrom(name, path.join(TLS, name))

const ca = fc.oneof(
  attached('ca.pem'),
  fc.uniqueArray(fc.oneof(attached('ca.pem'), attached('expired-ca.pem')), { minLength: 1, maxLength: 3 }),
)
const client = fc
  .constantFrom('client', 'loopback')
  .chain(name => fc.record({ cert: attached(`${name}.pem`), key: attached(`${name}-key.pem`) }))

const RESERVED = /^(connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i
const headerName = fc.oneof(
  fc.constantFrom('X-From', 'x-meta', '__proto__', 'constructor', 'toString', '1'),
  fc
    .stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,10}$/)
    .filter(name => !RESERVED.test(name) && name.toLowerCase() !== 'authorization'),
)
const text = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,12}[\x21-\x7e])?$/)
const headerValue: fc.Arbitrary<WrittenHeader> = fc.oneof(
  text,
  attached('token').map(file => ({ file })),
  fc.constantFrom(...Object.keys(ENV)).map(env => ({ env })),
)
const authorization: fc.Arbitrary<WrittenHeader> = fc.oneof(
  fc.constantFrom('Bearer a.b-c_d~e+f/g=', 'Basic dTpw', 'basic dTpw'),
  attached('token').map(file => ({ file })),
  fc.constant({ env: 'TOKEN' }),
  fc
    .record({
      user: text.filter(user => !user.includes(':')),
      password: fc.oneof(
        text,
        attached('token').map(file => ({ file })),
        fc.constant({ env: 'ODD' }),
      ),
    })
    .map(basic => ({ basic })),
  fc.constant({ bearer: 'a.b.c' }),
)
const header = fc
  .tuple(
    fc.uniqueArray(fc.tuple(headerName, headerValue), {
      maxLength: 3,
      selector: ([name]) => name.toLowerCase(),
    }),
    fc.option(fc.tuple(fc.constantFrom('Authorization', 'authorization'), authorization)),
  )
  .map(([pairs, pair]) => Object.fromEntries(pair === null ? pairs : [...pairs, pair]))

const connectionKeys = { ca, client, skip_verify: fc.boolean(), header, dial_timeout: duration }
const nothing = { ca: fc.constant([]), client: fc.constant({}), header: fc.constant({}) }
const connection: fc.Arbitrary<WrittenConnection> = fc.record(connectionKeys, { requiredKeys: [] })

const mirrorKeys: fc.Arbitrary<Omit<WrittenMirror, 'url' | 'base'>> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ capabilities, ...connectionKeys }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.record(nothing, { requiredKeys: [] }) },
)

/** TLS keys are for https only. */
function withUrl<Keys extends WrittenConnection>(url: string, keys: Keys) {
  const { ca: _ca, client: _client, skip_verify: _skip, ...plain } = keys
  return { url, ...(/^http:/i.test(url) ? plain : keys) }
}

/** A mirror, in the short form where it has only a URL. */
const mirror: fc.Arbitrary<Entry> = fc
  .tuple(mirrorUrl, fc.oneof(fc.constant({}), mirrorKeys))
  .map(([{ url, exact }, keys]) => {
    if (!exact && Object.keys(keys).length === 0) return url
    return { ...withUrl(url, keys), ...(exact && { base: 'exact' as const }) }
  })

const serverUrl = fc.oneof(clearUrl, fc.constantFrom('https://docker.io', 'https://index.docker.io'))
const server = fc.oneof(
  serverUrl,
  fc.tuple(serverUrl, connection).map(([url, keys]) => withUrl(url, keys)),
)

const registry: fc.Arbitrary<WrittenRegistry> = fc.record(
  {
    server,
    mirrors: fc.array(mirror, { maxLength: 4 }),
    fallback: fc.boolean(),
    canary: fc.constant('library/busybox:latest'),
  },
  { requiredKeys: [] },
)

const defaults: fc.Arbitrary<WrittenDefaults> = fc.record(
  { capabilities, ...connectionKeys, fallback: fc.boolean() },
  { requiredKeys: [] },
)
const health = fc.record(
  {
    interval,
    timeout: duration,
    rise: fc.integer({ min: 1, max: 100 }),
    fall: fc.integer({ min: 1, max: 100 }),
    depth: fc.constant('ping' as const),
  },
  { requiredKeys: [] },
)

/** Follows the rules beyond the schema, for "*" and for `fallback = false`. */
function legal(key: string, written: WrittenRegistry, ofAll: WrittenDefaults | undefined): WrittenRegistry {
  const any = key === '*'
  const mirrors = any && !written.mirrors?.length ? ['https://a.example'] : written.mirrors
  const { server, fallback: own, canary, ...rest } = { ...written, ...(mirrors && { mirrors }) }
  const fallback = own ?? ofAll?.fallback
  const closed = fallback === false && mayResolve(mirrors?.[0], ofAll)
  return {
    ...rest,
    ...(server !== undefined && !any && !closed && { server }),
    // Where `[defaults]` has it, the key is left out if that is the same.
    ...(fallback !== undefined && (own !== undefined || closed === ofAll?.fallback) && { fallback: !closed }),
    ...(canary !== undefined && { canary: any ? `ghcr.io/${canary}` : canary }),
  }
}

/** Whether a mirror may resolve tags, for which it needs both capabilities. */
function mayResolve(entry: Entry | undefined, ofAll: WrittenDefaults | undefined): boolean {
  const own = typeof entry === 'object' ? entry.capabilities : undefined
  const granted = own ?? ofAll?.capabilities ?? ['pull', 'resolve']
  return (
    entry !== undefined && ['pull', 'resolve'].every(need => granted.some(capability => capability === need))
  )
}

/** `[targets.containerd]` is an argument because it must fit the node. */
export function lists(targets: fc.Arbitrary<WrittenList['targets']>): fc.Arbitrary<WrittenList> {
  const tables = registryKeys.chain(keys =>
    fc.tuple(...keys.map(key => registry.map(table => [key, table] as const))),
  )
  const optional = fc.record({ defaults, health }, { requiredKeys: [] })
  return fc.tuple(tables, optional, targets).map(([pairs, more, of]) => {
    const registries = pairs.map(([key, table]) => [key, legal(key, table, more.defaults)])
    return { version: 1, ...more, registries: Object.fromEntries(registries), ...(of && { targets: of }) }
  })
}

const grants = fc.record({
  url: fc.constantFrom('https://a.example', 'https://a.example/v2', 'http://b.example'),
  capabilities,
})

/** One registry with `fallback = false`, whose mirrors may lack the capabilities for it. */
export const fallbackLists: fc.Arbitrary<WrittenList> = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: grants }, { weight: 1, arbitrary: fc.constant('https://a.example') }),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .chain(mirrors =>
    fc.record({
      version: fc.constant(1 as const),
      defaults: fc.record({ capabilities }, { requiredKeys: [] }),
      registries: fc.constant({ 'quay.io': { fallback: false, mirrors } }),
    }),
  )
