/** Health for several targets of one list: what is the same is one, what differs names its targets. */
import assert from 'node:assert/strict'
import type { Health } from '../../lib/health/health.ts'
import { judgeForTargets, type KnownFor, passesForTargets } from '../../lib/health/judge-targets.ts'
import { mergeProbes } from '../../lib/health/merge-probes.ts'
import { selectMirrors } from '../../lib/health/select.ts'
import { indexMirrors, indexServers, keyOf, serverKeyOf } from '../../lib/health/verdicts.ts'
import { baseUrl, type MirrorList } from '../../lib/model/registry.ts'
import type { Probe } from '../../lib/model/report.ts'
import { registriesFor, type TargetRegistries } from '../../lib/model/target-registries.ts'
import { isWrittenAs } from '../../lib/watch/is-written-as.ts'
import { listOf, mirror, registry } from '../support/lists.ts'

const NAMES = ['containerd', 'docker', 'containers'] as const
const [A, B] = [mirror('https://a.test'), mirror('https://b.test')]
const PREFIXED = mirror('https://p.test', {
  base: { origin: 'https://p.test', path: '/v2/p', form: 'prefix' },
})
const LIST = listOf(registry('docker.io', [PREFIXED, A, B]))
const [HUB] = LIST.registries as [(typeof LIST.registries)[number]]

/** docker cannot have the mirror with a path. */
const TARGETS: readonly TargetRegistries[] = NAMES.map(name => ({
  name,
  registries: name === 'docker' ? [{ ...HUB, mirrors: [A, B] }] : [HUB],
}))

/** By target, the health of each host; the others are healthy. */
const known =
  (healths: Readonly<Record<string, Readonly<Record<string, Health>>>>, server?: Health): KnownFor =>
  target => ({
    health: (_, url) => healths[target]?.[new URL(url).hostname.charAt(0)] ?? 'healthy',
    serverHealth: () => server,
  })

const hosts = (list: MirrorList, target: string) =>
  registriesFor(list, target)
    .flatMap(({ mirrors }) => mirrors)
    .map(({ base }) => new URL(baseUrl(base)).hostname.charAt(0))
    .join('')

const probe = (targets: readonly string[], status: Probe['status'], more: Partial<Probe> = {}): Probe => ({
  ...{ registry: 'docker.io', url: 'https://a.test/v2', role: 'mirror', depth: 'ping' },
  ...{ targets, status, ...more },
})

describe('probes of an endpoint for several targets', () => {
  const merged = (...probes: readonly Probe[]) =>
    mergeProbes(probes, NAMES).map(({ status, targets }) => [status, targets?.join()])

  it('are one, without targets, where all have the same verdict', () =>
    assert.deepEqual(merged(probe(['docker'], 'healthy'), probe(['containerd', 'containers'], 'healthy')), [
      ['healthy', undefined],
    ]))

  it('are one for each verdict, with the targets in the order of the list', () =>
    assert.deepEqual(
      merged(
        probe(['containers'], 'healthy'),
        probe(['docker'], 'unhealthy', { reason: 'not_found' }),
        probe(['containerd'], 'healthy'),
      ),
      [
        ['healthy', 'containerd,containers'],
        ['unhealthy', 'docker'],
      ],
    ))

  it('stay apart where only the reason differs, or the URL of a server', () => {
    const reasons = ['not_found', 'forbidden'] as const
    const apart = reasons.map((reason, i) => probe([NAMES[i] ?? ''], 'unhealthy', { reason }))
    assert.equal(merged(...apart).length, 2)
    const servers = ['https', 'http'].map((scheme, i) =>
      probe([NAMES[i] ?? ''], 'healthy', { role: 'server', url: `${scheme}://127.0.0.1:1/v2` }),
    )
    assert.deepEqual(merged(...servers), [
      ['healthy', 'containerd'],
      ['healthy', 'docker'],
    ])
  })

  it('are not touched where there is one', () => {
    const { targets: _, ...only } = probe([], 'healthy')
    assert.equal(mergeProbes([only], ['containerd'])[0], only)
  })
})

describe('the health of a registry for several targets', () => {
  it('is that of all of them where it is the same', () =>
    assert.deepEqual(judgeForTargets('docker.io', TARGETS, known({})), {
      registry: 'docker.io',
      status: 'healthy',
    }))

  it('is the worst, with the targets that it is so for', () => {
    const all = { p: 'unhealthy', a: 'unhealthy', b: 'unhealthy' } as const
    const health = judgeForTargets('docker.io', TARGETS, known({ containers: all, docker: all }, 'unhealthy'))
    assert.deepEqual([health?.status, health?.targets], ['unhealthy', ['docker', 'containers']])
    assert.equal(passesForTargets('docker.io', TARGETS, known({ docker: all }, 'unhealthy')), false)
    assert.equal(passesForTargets('docker.io', TARGETS, known({ docker: all }, 'healthy')), true)
  })

  it('does not depend on a mirror that the target cannot have', () =>
    assert.equal(
      judgeForTargets('docker.io', TARGETS, known({ docker: { p: 'unhealthy' } }))?.status,
      'healthy',
    ))

  it('is none where no target has it', () =>
    assert.equal(judgeForTargets('quay.io', TARGETS, known({})), undefined))
})

describe('the mirrors that are written for several targets', () => {
  it('are those of the list, once, while all targets agree', () => {
    assert.deepEqual(selectMirrors(LIST, TARGETS, known({})), LIST)
    const same = { a: 'unhealthy' } as const
    const selected = selectMirrors(LIST, TARGETS, known({ containerd: same, docker: same, containers: same }))
    assert.equal(selected.byTarget, undefined)
    assert.equal(hosts(selected, 'docker'), 'pb')
  })

  it('differ where their health does', () => {
    const selected = selectMirrors(LIST, TARGETS, known({ containers: { a: 'unhealthy' } }))
    assert.deepEqual(
      NAMES.map(name => hosts(selected, name)),
      ['pab', 'pab', 'pb'],
    )
    assert.deepEqual(Object.keys(selected.byTarget ?? {}), ['containers'])
    assert.equal(isWrittenAs(selected, LIST), false)
    assert.equal(isWrittenAs(selected, structuredClone(selected)), true)
  })

  it('still have those that a target cannot have, in their place: the plan names them', () => {
    const selected = selectMirrors(LIST, TARGETS, known({ docker: { a: 'degraded' } }))
    assert.equal(hosts(selected, 'docker'), 'pba')
  })

  it('are all of the list where the only other one is one that the target cannot have', () => {
    const none = { a: 'unhealthy', b: 'unhealthy' } as const
    const selected = selectMirrors(LIST, TARGETS, known({ docker: none, containerd: none }))
    assert.equal(hosts(selected, 'docker'), 'pab', 'docker has no healthy endpoint')
    assert.equal(hosts(selected, 'containerd'), 'p')
  })

  it('leave a registry of other targets as it is', () => {
    const limited = { ...HUB, name: 'quay.io', targets: ['docker'] }
    const list = { ...LIST, registries: [...LIST.registries, limited] }
    const targets = NAMES.map(name => ({ name, registries: registriesFor(list, name) }))
    const selected = selectMirrors(list, targets, known({ docker: { a: 'unhealthy' } }))
    assert.equal(hosts(selected, 'docker'), 'pbpb')
    assert.equal(hosts(selected, 'containerd'), 'pab')
  })
})

describe('what is known of endpoints', () => {
  it('is found by registry, URL and target; without targets it is known for all', () => {
    const url = 'https://a.test/v2'
    const find = indexMirrors([
      [keyOf('docker.io', url), 'all'],
      [keyOf('quay.io', url, ['containerd', 'nerdctl']), 'two'],
      [keyOf('quay.io', url, ['docker']), 'one'],
    ])
    assert.equal(find('docker.io', url, ['any']), 'all')
    assert.equal(find('quay.io', url, ['nerdctl']), 'two')
    assert.equal(find('quay.io', url, ['docker']), 'one')
    assert.equal(find('quay.io', url, ['any']), undefined)
    assert.equal(find('gcr.io', url, ['docker']), undefined)
  })

  it('is found for servers too, whose URL may depend on the target', () => {
    const find = indexServers([
      [serverKeyOf('docker.io'), 'all'],
      [serverKeyOf('quay.io', ['docker']), 'one'],
    ])
    assert.deepEqual(
      [find('docker.io', 'any'), find('quay.io', 'docker'), find('quay.io', 'any')],
      ['all', 'one', undefined],
    )
  })
})
