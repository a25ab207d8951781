/** What of a list a runtime cannot express: the features of a registry, and what is left out. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ListLoss } from '../../lib/model/list-loss.ts'
import type { Mirror, Registry, Server } from '../../lib/model/registry.ts'
import { containerdDialect } from '../../lib/targets/containerd/dialect.ts'
import { hostsWithSeveralTls, usedFeatures } from '../../lib/targets/features.ts'
import { fitRegistries } from '../../lib/targets/fit.ts'
import { FEATURES, type Feature, impossible, lossTable, lossy } from '../../lib/targets/loss-table.ts'
import { checkProperty } from '../support/check-property.ts'
import { mirror, PLACE, registry } from '../support/lists.ts'
import { render } from './made-up/render.ts'

const TARGET = { title: 'Tool', dialect: containerdDialect }
const CA = { path: '/ca.pem', text: 'PEM' }
const CLIENT = { cert: CA, key: CA }

const at = (path: string, form: Mirror['base']['form']) =>
  mirror('https://m.example', { base: { origin: 'https://m.example', path, form } })
const plain = mirror('https://m.example')
const inQuay = (more: Partial<Mirror>) => registry('quay.io', [{ ...plain, ...more }])

/** A registry with this server. */
function served(more: Partial<Server>, origin = 'https://quay.io'): Registry {
  const { capabilities: _, ...connection } = mirror(origin)
  return registry('quay.io', [plain], {
    server: { ...connection, dialTimeout: undefined, declared: true, ...more },
  })
}

/** A registry that uses a feature, for each of them. */
const USING: Readonly<Record<Feature, Registry>> = {
  registry_docker_hub: registry('docker.io', [plain]),
  registry_other: registry('quay.io', [plain]),
  registry_any: registry('*', [plain], { server: undefined }),
  server_other: served({}, 'https://other.example'),
  no_fallback: registry('quay.io', [plain], { fallback: false, server: undefined }),
  path_prefix: registry('quay.io', [at('/v2/hub', 'prefix')]),
  path_mounted: registry('quay.io', [at('/hub/v2', 'mounted')]),
  path_exact: registry('quay.io', [at('/hub', 'exact')]),
  pull_only: inQuay({ capabilities: ['pull'] }),
  resolve_only: inQuay({ capabilities: ['resolve'] }),
  push: inQuay({ capabilities: ['pull', 'resolve', 'push'] }),
  http: registry('quay.io', [mirror('http://m.example')]),
  skip_verify: inQuay({ skipVerify: true }),
  ca: inQuay({ ca: [CA] }),
  client: inQuay({ client: CLIENT }),
  shared_host_tls: inQuay({ skipVerify: false }),
  header: inQuay({ header: { 'X-Key': '1' } }),
  login: inQuay({ header: { Authorization: 'basic dTpw' } }),
  dial_timeout: inQuay({ dialTimeout: '5s' }),
  server_tls: served({ skipVerify: true }),
  server_http: served({}, 'http://quay.io'),
  server_header: served({ header: { 'X-Key': '1' } }),
}

/** With the same host, but its certificate unchecked. */
const OTHER = registry('ghcr.io', [mirror('https://m.example', { skipVerify: true })])
/** What comes with a feature. */
const MORE: Readonly<Partial<Record<Feature, readonly Feature[]>>> = { server_http: ['server_other'] }

const featuresOf = (one: Registry, all: readonly Registry[] = [one]) =>
  usedFeatures(one, hostsWithSeveralTls(all), containerdDialect).map(({ feature }) => feature)

describe('the features of a registry', () => {
  for (const [feature, using] of Object.entries(USING) as [Feature, Registry][])
    it(`have ${feature}`, () => {
      const all = feature === 'shared_host_tls' ? [using, OTHER] : [using]
      const own = feature.startsWith('registry_') ? [] : ['registry_other']
      const more = MORE[feature] ?? []
      assert.deepEqual([...featuresOf(using, all)].sort(), [...new Set([...own, ...more, feature])].sort())
    })

  it('have nothing beside the registry where the list only names mirrors', () => {
    assert.deepEqual(featuresOf(registry('quay.io', [plain, mirror('https://n.example:5000')])), [
      'registry_other',
    ])
    assert.deepEqual(featuresOf(served({}), [served({}), registry('ghcr.io', [plain])]), ['registry_other'])
    assert.deepEqual(featuresOf(registry('quay.io', [], { server: undefined })), ['registry_other'])
  })

  it('have a login apart from another Authorization, and from a header beside it', () => {
    assert.deepEqual(featuresOf(inQuay({ header: { Authorization: 'Bearer t' } })), [
      'registry_other',
      'header',
    ])
    assert.deepEqual(featuresOf(inQuay({ header: { authorization: 'Basic dTpw', 'X-Key': '1' } })), [
      'registry_other',
      'header',
      'login',
    ])
  })

  it('have no other server where the runtime sets the scheme of the own one', () => {
    const dialect = { ...containerdDialect, setsServerScheme: true as const }
    const features = (one: Registry) => usedFeatures(one, new Set(), dialect).map(({ feature }) => feature)
    assert.deepEqual(features(USING.server_http), ['registry_other', 'server_http'])
    assert.deepEqual(features(USING.server_other), ['registry_other', 'server_other'])
  })

  it('name the mirror or the server that uses them', () => {
    const used = usedFeatures(USING.server_tls, new Set(), containerdDialect)
    assert.equal(used.find(({ feature }) => feature === 'server_tls')?.endpoint, USING.server_tls.server)
    const [, login] = usedFeatures(USING.login, new Set(), containerdDialect)
    assert.equal(login?.endpoint, USING.login.mirrors[0])
  })
})

/** The names of what is left, and the losses in short. */
function fitted(registries: readonly Registry[], lost: Parameters<typeof lossTable>[1]) {
  const fitted = fitRegistries(registries, lossTable('Tool', lost), TARGET)
  const left = fitted.registries.map(({ name, mirrors }) => [name, ...mirrors.map(({ base }) => base.origin)])
  const short = ({ loss, feature, registry: name, mirror: url }: ListLoss) =>
    [loss, feature, name, url].filter(Boolean).join(' ')
  return { left, losses: fitted.losses.map(short), all: fitted.losses }
}

const none = impossible('cannot do that', 'regmirror leaves it out')

describe('a list for a runtime', () => {
  it('is the same where nothing is lost', () => {
    const registries = Object.values(USING)
    const fitted = fitRegistries(registries, lossTable('Tool', {}), TARGET)
    assert.deepEqual(fitted, { registries, losses: [] })
    assert.ok(fitted.registries.every((one, i) => one === registries[i]))
  })

  it('is whole where something is lossy, and says what', () => {
    const place = { ...PLACE, line: 7 }
    const { left, all } = fitted([registry('quay.io', [{ ...plain, capabilities: ['pull'], place }])], {
      pull_only: lossy('resolves tags with every mirror', 'it may resolve tags here'),
    })
    assert.deepEqual(left, [['quay.io', 'https://m.example']])
    assert.deepEqual(all, [
      {
        ...{ loss: 'lossy', subject: 'capabilities', feature: 'pull_only', registry: 'quay.io' },
        ...{ mirror: 'https://m.example/v2', problem: 'Tool resolves tags with every mirror' },
        ...{ consequence: 'it may resolve tags here', place },
      },
    ])
  })

  it('lacks mirrors that are impossible, and only the reason is a loss', () => {
    const other = mirror('https://n.example')
    const both = { ...at('/v2/hub', 'prefix'), capabilities: ['pull'] } as const
    assert.deepEqual(
      {
        ...fitted([registry('quay.io', [both, other])], { path_prefix: none, pull_only: lossy('a', 'b') }),
        all: 0,
      },
      {
        left: [['quay.io', 'https://n.example']],
        losses: ['impossible path_prefix quay.io https://m.example/v2/hub'],
        all: 0,
      },
    )
  })

  it('lacks registries that are impossible, and nothing else of them is a loss', () => {
    const { left, losses } = fitted([USING.header, registry('docker.io', [plain])], {
      registry_other: none,
      header: none,
    })
    assert.deepEqual(left, [['docker.io', 'https://m.example']])
    assert.deepEqual(losses, ['impossible registry_other quay.io'])
  })

  it('keeps an endpoint of which only a key is impossible', () => {
    const { left, losses } = fitted([USING.dial_timeout, USING.server_other], {
      dial_timeout: none,
      server_other: none,
    })
    assert.equal(left.length, 2)
    assert.deepEqual(losses, [
      'impossible dial_timeout quay.io https://m.example/v2',
      'impossible server_other quay.io',
    ])
  })

  it('is an error where the server is forbidden, and no mirror is left in its place', () => {
    const closed = { fallback: false, server: undefined }
    const reasonOf = (of: Registry, lost: Parameters<typeof lossTable>[1]) =>
      fitted([of], lost).all.find(({ feature }) => feature === 'no_fallback')
    const hub = at('/v2/hub', 'prefix')

    const whole = reasonOf(registry('quay.io', [plain], closed), { registry_other: none })
    assert.equal(
      whole?.problem,
      'Tool cannot have the mirrors of quay.io, and fallback = false forbids its server',
    )
    assert.equal(whole.consequence, 'pulls go to the server')

    const mirrors = reasonOf(registry('quay.io', [hub], closed), { path_prefix: none })
    assert.deepEqual([mirrors?.loss, mirrors?.subject], ['impossible', 'fallback'])

    const tags = reasonOf(registry('quay.io', [hub, { ...plain, capabilities: ['pull'] }], closed), {
      path_prefix: none,
    })
    assert.equal(tags?.consequence, 'pulls by tag fail')

    assert.equal(reasonOf(registry('quay.io', [hub, plain], closed), { path_prefix: none }), undefined)
    assert.equal(reasonOf(registry('quay.io', [hub]), { path_prefix: none }), undefined)
    assert.equal(reasonOf(registry('quay.io', [plain]), { registry_other: none }), undefined)
  })
})

describe('one host with different TLS settings', () => {
  const tls = (name: string, more: Partial<Mirror>, url = plain) => registry(name, [{ ...url, ...more }])
  const losses = (...registries: readonly Registry[]) =>
    fitted(registries, { shared_host_tls: none, registry_other: none, path_prefix: none }).losses.filter(
      loss => loss.includes('shared_host_tls'),
    )

  it('is lost in each place, also in one registry', () => {
    const other = { ...at('/hub/v2', 'mounted'), ca: [CA] }
    assert.deepEqual(losses(registry('docker.io', [plain, other])), [
      'impossible shared_host_tls docker.io https://m.example/v2',
      'impossible shared_host_tls docker.io https://m.example/hub/v2',
    ])
  })

  it('is no loss where one of the places is left out', () => {
    assert.deepEqual(losses(tls('docker.io', {}), tls('quay.io', { skipVerify: true })), [])
    assert.deepEqual(losses(registry('docker.io', [plain, { ...at('/v2/hub', 'prefix'), ca: [CA] }])), [])
  })

  it('is found in a large list in linear time', () => {
    const registries = Array.from({ length: 50_000 }, (_, i) => registry(`r${i}.example`, [plain]))
    assert.equal(hostsWithSeveralTls(registries).size, 0)
    const { left } = fitted(registries, { shared_host_tls: none })
    assert.equal(left.length, 50_000)
  })
})

const names = Object.keys(FEATURES) as Feature[]
const lostFeature = fc.constantFrom(none, lossy('does that in another way', 'it is different'))
const tables = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...names), lostFeature), { selector: ([name]) => name })
  .map(pairs => lossTable('Tool', Object.fromEntries(pairs)))

const base = fc
  .tuple(fc.constantFrom('http', 'https'), fc.nat(9), fc.constantFrom('/v2', '/v2/hub', '/hub/v2', '/hub'))
  .map(([scheme, nth, path]) => {
    const forms = { '/v2': 'root', '/v2/hub': 'prefix', '/hub/v2': 'mounted', '/hub': 'exact' } as const
    return { origin: `${scheme}://m${nth}.example`, path, form: forms[path] }
  })
const mirrors: fc.Arbitrary<Mirror> = fc
  .record({
    base,
    capabilities: fc.subarray(['pull', 'resolve', 'push'] as const, { minLength: 1 }),
    skipVerify: fc.boolean(),
    ca: fc.constantFrom([], [CA]),
    header: fc.constantFrom({}, { 'X-Key': '1' }, { Authorization: 'Basic dTpw' }),
    dialTimeout: fc.constantFrom('2s', '5s'),
  })
  .map(more => ({ ...plain, ...more }))
const lists = fc.uniqueArray(
  fc
    .tuple(
      fc.constantFrom('docker.io', 'quay.io', 'ghcr.io', '*'),
      fc.array(mirrors, { maxLength: 4 }),
      fc.boolean(),
    )
    .map(([name, all, fallback]) => registry(name, all, { fallback })),
  { selector: ({ name }) => name, minLength: 1 },
)

const SNAPSHOT = { config: '/toy.json', mirrorsDir: '/mirrors', text: undefined, mirrors: new Map() }
const keyOf = (name: string, { base: { origin, path } }: Mirror) => `${name} ${origin}${path}`

describe('any list for a runtime that cannot express something', () => {
  it('never writes a mirror that is left out, and says why each is', async () => {
    const cases = fc.tuple(lists, tables)
    const property = async ([registries, table]: [Registry[], ReturnType<typeof lossTable>]) => {
      const fitted = fitRegistries(registries, table, TARGET)
      const isImpossible = (loss: ListLoss) => loss.loss === 'impossible'
      const reasons = fitted.losses.filter(isImpossible)
      const rendered = render(fitted.registries, SNAPSHOT).files.filter(({ path }) => path !== '/toy.json')
      const written = new Map(rendered.map(({ registry: name, content }) => [name, String(content)]))
      for (const one of registries) {
        const own = usedFeatures(one, new Set(), TARGET.dialect)
        const lost = own.filter(({ feature }) => {
          const fidelity = table.features[feature]
          return fidelity !== 'lossless' && fidelity.loss === 'impossible'
        })
        const drops = (what: 'registry' | 'mirror') =>
          lost.filter(({ feature }) => FEATURES[feature].drops === what)
        assert.equal(written.has(one.name), drops('registry').length === 0, one.name)
        const dropped = new Set(drops('mirror').map(({ endpoint }) => endpoint))
        const kept = one.mirrors.filter(each => !dropped.has(each)).map(each => keyOf('', each).trim())
        if (written.has(one.name)) assert.ok(written.get(one.name)?.includes(JSON.stringify(kept)), one.name)
        for (const each of one.mirrors.filter(each => dropped.has(each) || !written.has(one.name)))
          assert.ok(
            reasons.some(
              ({ registry: name, mirror: url, place }) =>
                name === one.name && (url === undefined || keyOf(name, each).endsWith(` ${url}`)) && place,
            ),
            keyOf(one.name, each),
          )
      }
    }
    await checkProperty(cases, 4000, property, value => JSON.stringify(value, null, 1))
  })
})
