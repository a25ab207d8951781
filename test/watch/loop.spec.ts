/** The loop of a watcher, hours within a second: which mirrors are removed and return, when, and how often files are written. */
import assert from 'node:assert/strict'
import v8 from 'node:v8'
import vm from 'node:vm'
import type { HealthFile } from '../../lib/health/health-file.ts'
import { maxProbesPerHour } from '../../lib/health/probe-schedule.ts'
import { Failure } from '../../lib/model/errors.ts'
import type { MirrorList, Registry } from '../../lib/model/registry.ts'
import type { Probe } from '../../lib/model/report.ts'
import type { Reconciled, Scope } from '../../lib/watch/host/host.ts'
import type { Memory } from '../../lib/watch/memory.ts'
import { buildStatus } from '../../lib/watch/serve/build-status.ts'
import { HEALTH, listOf, mirror, registry } from '../support/lists.ts'
import {
  type Behaviour,
  HEALTHY,
  REFUSING,
  SILENT,
  type Simulated,
  simulate,
  UNCHANGED,
  type Written,
} from '../support/simulation.ts'

v8.setFlagsFromString('--expose-gc')
/** Frees unused memory: otherwise the size of the heap depends on the collector. */
const collect = vm.runInNewContext('gc') as () => void

const WATCHER = { version: '1.2.3', machine: 'node-7' }

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const [A, B, SERVER] = ['https://a/v2', 'https://b/v2', 'https://registry-1.docker.io/v2']
const hub = (more: Partial<Registry> = {}): MirrorList =>
  listOf({ ...registry('docker.io', [mirror('https://a'), mirror('https://b')]), ...more })

const responding = (probe: Partial<Probe>) => ({ probe, ms: 20 })

/** One behaviour until a moment, another one afterwards. */
const from =
  (at: number, before: Behaviour, after: Behaviour): Behaviour =>
  now =>
    (now < at ? before : after)(now)

const hubs = ({ written }: Simulated) =>
  written.map(({ at, urls }) => ({
    at,
    urls: (urls['docker.io'] ?? []).map(url => new URL(url).host).join(' '),
  }))
/** The mirrors of every write. */
const writes = (run: Simulated) => hubs(run).map(({ urls }) => urls)
/** When these mirrors were first written after a moment. */
const writtenAt = (run: Simulated, mirrors: string, after = 0) =>
  hubs(run).find(({ at, urls }) => at >= after && urls === mirrors)?.at ?? Number.NaN
const probedAfter = (run: Simulated, url: string, at: number) =>
  (run.probed[url] ?? []).find(time => time >= at) ?? Number.NaN

describe('a watcher', () => {
  it('writes the list at the start, and nothing while nothing changes', async () => {
    const run = await simulate({ until: 2 * HOUR, list: hub, behaviours: {} })
    assert.deepEqual(writes(run), ['a b'])
    assert.equal(run.written[0]?.scope, 'all')
    assert.deepEqual(
      run.events.map(({ event }) => event),
      ['list_loaded'],
      'no event while nothing changes',
    )
    assert.equal(run.events[0]?.text, 'read mirrors.toml: 1 registry, 2 mirrors')
  })

  it('plans once a minute and saves once an interval while nothing changes', async () => {
    let [plans, saves] = [0, 0]
    await simulate({
      until: 2 * HOUR,
      list: hub,
      behaviours: {},
      reconcile: () => {
        plans += 1
        return UNCHANGED
      },
      saveHealth: () => {
        saves += 1
      },
    })
    assert.ok(plans <= 2 * 60 + 1, `${plans} plans`)
    const intervals = (2 * HOUR) / HEALTH.intervalMs
    assert.ok(saves <= intervals + 2, `${saves} saves in ${intervals} intervals`)
  })

  const manyMirrors = (count: number) => () =>
    listOf(
      registry(
        'docker.io',
        Array.from({ length: count }, (_, i) => mirror(`https://m${i}`)),
      ),
    )

  it('checks its lock once for each check and each save, however many mirrors it probes', async () => {
    const checksFor = async (count: number) => {
      let checks = 0
      const assertLock = () => {
        checks += 1
      }
      await simulate({ until: 2 * HOUR, list: manyMirrors(count), behaviours: {}, assertLock })
      return checks
    }
    const [few, many] = [await checksFor(2), await checksFor(50)]
    // The first result of a mirror is news.
    assert.ok(many <= few + 50, `${few} checks with 2 mirrors, ${many} with 50`)
  })

  it('wakes up for several mirrors at a time, and probes none of them too early', async () => {
    const run = await simulate({ until: 2 * HOUR, list: manyMirrors(50), behaviours: {} })
    const all = Object.values(run.probed).flat()
    const moments = new Set(all).size
    assert.ok(moments < all.length / 2, `${all.length} probes at ${moments} moments`)
    const waits = Object.values(run.probed).flatMap(times =>
      // The wait after the first one may be shorter.
      times.slice(2).map((at, i) => at - (times[i + 1] ?? Number.NaN)),
    )
    assert.ok(Math.min(...waits) >= 0.9 * HEALTH.intervalMs, `${Math.min(...waits)} ms`)
    assert.ok(Math.max(...waits) <= 1.1 * HEALTH.intervalMs + SECOND, `${Math.max(...waits)} ms`)
  })

  it('removes a mirror within 3 s of the first failed probe if it refuses connections, and within 10 s if it does not respond', async () => {
    for (const [behaviour, limit] of [
      [REFUSING, 3 * SECOND],
      [SILENT, 10 * SECOND],
    ] as const) {
      const run = await simulate({
        until: HOUR,
        list: hub,
        behaviours: { [A]: from(10 * MINUTE, HEALTHY, behaviour) },
      })
      assert.deepEqual(writes(run), ['a b', 'b'])
      const took = writtenAt(run, 'b') - probedAfter(run, A, 10 * MINUTE)
      assert.ok(took <= limit, `${took} ms`)
      assert.ok(writtenAt(run, 'b') - 10 * MINUTE <= limit + 1.1 * HEALTH.intervalMs)
      assert.equal(run.written[1]?.scope, 'immediate')
    }
  })

  it('writes a mirror again after two good probes', async () => {
    const behaviours = { [A]: from(10 * MINUTE, HEALTHY, from(40 * MINUTE, REFUSING, HEALTHY)) }
    const run = await simulate({ until: HOUR, list: hub, behaviours })
    assert.deepEqual(writes(run), ['a b', 'b', 'a b'])
    const returned = writtenAt(run, 'a b', 11 * MINUTE) - 40 * MINUTE
    assert.ok(returned <= 1.1 * 4 * HEALTH.intervalMs + 2 * SECOND, `${returned} ms`)
    assert.deepEqual(
      run.events.map(({ event }) => event),
      ['list_loaded', 'mirror_unhealthy', 'mirror_healthy'],
    )
  })

  it('probes the server only while no mirror is usable, and writes the server alone if it responds', async () => {
    const failing = from(10 * MINUTE, HEALTHY, from(30 * MINUTE, REFUSING, HEALTHY))
    const run = await simulate({ until: HOUR, list: hub, behaviours: { [A]: failing, [B]: failing } })
    assert.equal(writes(run).at(-1), 'a b')
    assert.ok(writes(run).includes(''))
    const times = run.probed[SERVER] ?? []
    assert.ok(times.length > 0)
    assert.ok(times.every(at => at > 10 * MINUTE && at < 35 * MINUTE))
  })

  const pullOnly = () => listOf(registry('docker.io', [mirror('https://a', { capabilities: ['pull'] })]))
  const reportedOf = ({ events }: Simulated) => events.filter(({ event }) => event.startsWith('registry_'))

  it('probes the server while no usable mirror may resolve tags, and reports that pulls by tag fail', async () => {
    const failing = from(10 * MINUTE, HEALTHY, from(30 * MINUTE, REFUSING, HEALTHY))
    const run = await simulate({ until: HOUR, list: pullOnly, behaviours: { [SERVER]: failing } })
    const [first = Infinity] = run.probed[SERVER] ?? []
    assert.ok(first < 5 * SECOND, 'from the start')
    assert.deepEqual(
      reportedOf(run).map(({ event, level, fields }) => [event, level, fields]),
      [
        ['registry_degraded', 'error', { registry: 'docker.io', reason: 'no_resolver' }],
        ['registry_healthy', 'info', { registry: 'docker.io' }],
      ],
    )
    const [{ at, text } = { at: 0, text: '' }] = reportedOf(run)
    assert.ok(at > 10 * MINUTE && at < 12 * MINUTE, `${at}`)
    assert.equal(
      text,
      'docker.io is degraded (no_resolver): no healthy endpoint may resolve tags: pulls by tag fail, pulls by digest work; add "resolve" to capabilities of a mirror that you trust',
    )
    assert.deepEqual(writes(run), ['a'])
    assert.deepEqual(run.healthFile?.registries, [{ registry: 'docker.io', status: 'healthy' }])
  })

  it('does not report a registry for a single failed probe of its server', async () => {
    let failed = 0
    const once: Behaviour = now => (now > 10 * MINUTE && failed++ === 0 ? REFUSING(now) : HEALTHY(now))
    const run = await simulate({ until: 20 * MINUTE, list: pullOnly, behaviours: { [SERVER]: once } })
    assert.ok(failed > 1)
    assert.deepEqual(reportedOf(run), [])
  })

  it('probes the server when the last mirror fails that may resolve tags, and keeps that mirror until it responds', async () => {
    const list = () =>
      listOf(registry('docker.io', [mirror('https://a'), mirror('https://b', { capabilities: ['pull'] })]))
    const behaviours = { [A]: from(10 * MINUTE, HEALTHY, REFUSING) }
    const served = await simulate({ until: HOUR, list, behaviours })
    assert.ok(probedAfter(served, SERVER, 0) > 10 * MINUTE)
    assert.equal(writes(served).at(-1), 'b')
    assert.deepEqual(reportedOf(served), [])
    const run = await simulate({ until: HOUR, list, behaviours: { ...behaviours, [SERVER]: REFUSING } })
    assert.equal(writes(run).at(-1), 'b a')
    assert.deepEqual(
      reportedOf(run).map(({ event }) => event),
      ['registry_degraded'],
    )
  })

  it('does not call a registry healthy or unhealthy before probes have a result', async () => {
    const nothing: Behaviour = () => ({ probe: { status: 'unknown' }, ms: 5 })
    const run = await simulate({
      until: 20 * MINUTE,
      list: pullOnly,
      behaviours: { [A]: nothing, [SERVER]: nothing },
    })
    assert.deepEqual(reportedOf(run), [])
    assert.deepEqual(writes(run), ['a'])
    assert.equal(run.healthFile?.registries[0]?.status, 'unknown')
    const [known] = buildStatus(run.memory, { monotonic: 20 * MINUTE, wall: 0 }, WATCHER).registries
    assert.deepEqual(
      [known?.state.status, known?.mirrors[0]?.health, known?.servers[0]?.health],
      ['unknown', 'unknown', 'unknown'],
    )
  })

  it('does not suspect the network after a response', async () => {
    const refused: Behaviour = () => ({ probe: { status: 'unhealthy', reason: 'unauthorized' }, ms: 5 })
    for (const server of [REFUSING, refused]) {
      const run = await simulate({
        until: HOUR,
        list: hub,
        behaviours: { [A]: refused, [B]: REFUSING, [SERVER]: server },
      })
      assert.match(reportedOf(run)[0]?.text ?? '', /regmirror writes every mirror of the list$/)
    }
    const silent = await simulate({
      until: HOUR,
      list: hub,
      behaviours: { [A]: SILENT, [B]: REFUSING, [SERVER]: SILENT },
    })
    assert.match(reportedOf(silent)[0]?.text ?? '', /because the cause may be this node's network$/)
  })

  it('does not suspect the network while an endpoint of another registry responds', async () => {
    const list = () =>
      listOf(registry('docker.io', [mirror('https://a')]), registry('quay.io', [mirror('https://b')]))
    const run = await simulate({ until: HOUR, list, behaviours: { [A]: SILENT, [SERVER]: SILENT } })
    assert.match(reportedOf(run)[0]?.text ?? '', /^docker\.io .*; regmirror writes every mirror of the list$/)
  })

  it('reports a certificate that expires soon once, and once when it has expired', async () => {
    const expires = '2026-01-02T00:00:00.000Z'
    const certificate =
      (now: number): Behaviour =>
      () => ({
        probe: {
          status: 'healthy',
          tls: { version: 'TLSv1.3', expires, days: 3 - Math.floor(now / (10 * MINUTE)) },
        },
        ms: 5,
      })
    const run = await simulate({
      until: HOUR,
      list: hub,
      behaviours: { [A]: now => certificate(now)(now) },
    })
    const reported = run.events.filter(({ event }) => event === 'certificate_expires')
    assert.deepEqual(
      reported.map(({ text, level }) => [text, level]),
      [
        ['docker.io: https://a: its certificate expires in 3 days; renew it', 'warn'],
        ['docker.io: https://a: its certificate expired 1 day ago; renew it', 'warn'],
      ],
    )
    const [known] = buildStatus(run.memory, { monotonic: HOUR, wall: 0 }, WATCHER).registries
    assert.equal(known?.mirrors[0]?.certificateExpiresAt, Date.parse(expires))
  })

  it('reports an unhealthy registry once, and its recovery once', async () => {
    const failing = from(10 * MINUTE, HEALTHY, from(30 * MINUTE, REFUSING, HEALTHY))
    for (const [more, server] of [
      [{}, REFUSING],
      [{ fallback: false }, HEALTHY],
    ] as const) {
      const behaviours = { [A]: failing, [B]: failing, [SERVER]: server }
      const { events } = await simulate({ until: HOUR, list: () => hub(more), behaviours })
      const reported = events.filter(({ event }) => event.startsWith('registry_'))
      assert.deepEqual(
        reported.map(({ event, level }) => [event, level]),
        [
          ['registry_unhealthy', 'error'],
          ['registry_healthy', 'info'],
        ],
      )
      assert.match(
        reported[0]?.text ?? '',
        /^docker\.io is unhealthy: no mirror.*; regmirror writes every mirror of the list/,
      )
      const [start = 0, end = 0] = reported.map(({ at }) => at)
      assert.ok(start > 10 * MINUTE && start < 12 * MINUTE && end > 30 * MINUTE, `${start} ${end}`)
    }
    // With a server that responds the registry is healthy.
    const { events } = await simulate({ until: HOUR, list: hub, behaviours: { [A]: failing, [B]: failing } })
    assert.ok(!events.some(({ event }) => event.startsWith('registry_')))
  })

  it('writes the declared list when no endpoint responds: the cause may be this node', async () => {
    const failing = from(10 * MINUTE, HEALTHY, SILENT)
    const run = await simulate({
      until: HOUR,
      list: hub,
      behaviours: { [A]: failing, [B]: failing, [SERVER]: SILENT },
    })
    assert.equal(writes(run).at(-1), 'a b')
    assert.ok(writes(run).every(mirrors => mirrors !== ''))
  })

  it('removes a mirror that responds with 429, and probes it after its Retry-After', async () => {
    const limited: Behaviour = () => ({
      probe: { status: 'degraded', reason: 'rate_limited', retry_after_s: 600 },
      ms: 5,
    })
    const behaviours = { [A]: from(10 * MINUTE, HEALTHY, from(11 * MINUTE, limited, HEALTHY)) }
    const run = await simulate({ until: HOUR, list: hub, behaviours })
    assert.deepEqual(writes(run), ['a b', 'b', 'a b'])
    const [first = 0, second = 0] = (run.probed[A] ?? []).filter(at => at >= 10 * MINUTE)
    assert.ok(second - first >= 600 * SECOND)
  })

  it('probes a mirror of several registries once', async () => {
    const shared = () =>
      listOf(registry('docker.io', [mirror('https://a')]), registry('quay.io', [mirror('https://a')]))
    const run = await simulate({ until: HOUR, list: shared, behaviours: {} })
    const most = (HOUR / HEALTH.intervalMs) * 1.3
    assert.ok((run.probed[A] ?? []).length <= most, `${run.probed[A]?.length} probes`)
  })

  it('uses the health that the previous watcher saved', async () => {
    const first = await simulate({
      until: HOUR,
      list: hub,
      behaviours: { [A]: from(MINUTE, HEALTHY, REFUSING) },
    })
    assert.ok(first.healthFile !== undefined)
    const runWith = async (stale_at: number) => {
      const healthFile = { ...(first.healthFile as HealthFile), stale_at }
      const until = HOUR + 10 * SECOND
      return writes(
        await simulate({ start: HOUR, until, list: hub, behaviours: { [A]: REFUSING }, healthFile }),
      )
    }
    assert.deepEqual(await runWith(2 * HOUR), ['b'])
    // Old verdicts do not count, as for plan and apply.
    assert.deepEqual(await runWith(HOUR - 1), ['a b', 'b'])
  })

  it('relies on a slow server, and ignores that a server failed in an earlier outage', async () => {
    const one = () => listOf(registry('docker.io', [mirror('https://a')]))
    const withSlowAfter = () => ({ ...one(), health: { ...HEALTH, slowAfterMs: 200 } })
    const slow: Behaviour = () =>
      responding({ status: 'healthy', latency_ms: { best: 500, median: 500, worst: 500 } })
    const failing = from(10 * MINUTE, HEALTHY, REFUSING)
    const run = await simulate({
      until: HOUR,
      list: withSlowAfter,
      behaviours: { [A]: failing, [SERVER]: slow },
    })
    assert.deepEqual(writes(run), ['a', ''])

    const twice = from(20 * MINUTE, failing, from(5 * HOUR, HEALTHY, REFUSING))
    const server = from(20 * MINUTE, REFUSING, HEALTHY)
    const again = await simulate({ until: 6 * HOUR, list: one, behaviours: { [A]: twice, [SERVER]: server } })
    const outages = again.events.filter(({ event }) => event === 'registry_unhealthy')
    assert.equal(outages.length, 1)
    assert.ok(outages.every(({ at }) => at < 20 * MINUTE))
    assert.deepEqual(writes(again), ['a', ''])
  })

  it('does not delay one registry until the servers of many others respond', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `r${i}.test`)
    const list = () =>
      listOf(
        ...names.map(name => registry(name, [mirror(`https://m.${name}`)])),
        registry('docker.io', [mirror('https://a'), mirror('https://b')]),
      )
    const unreachable: Behaviour = () => ({
      probe: { status: 'unhealthy', reason: 'connect_timeout' },
      ms: 2000,
    })
    for (let at = MINUTE; at < 2 * MINUTE; at += 3 * SECOND) {
      const cut = from(at, HEALTHY, unreachable)
      const away = names.map(name => [`https://m.${name}/v2`, cut] as const)
      const silent = names.map(name => [`https://${name}/v2`, SILENT] as const)
      const behaviours = Object.fromEntries([...away, ...silent, [A, cut]])
      const run = await simulate({ until: 4 * MINUTE, list, behaviours })
      const took = writtenAt(run, 'b', at) - probedAfter(run, A, at)
      assert.ok(took <= 10 * SECOND, `${took} ms`)
    }
  })

  it('undoes changes from outside while its own writes are limited, and does not spin', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `m${i}`)
    const list = () =>
      listOf(
        registry(
          'docker.io',
          [...names, 'b'].map(name => mirror(`https://${name}`)),
        ),
      )
    // One more fails every 10 s.
    const behaviours = Object.fromEntries(
      names.map((name, i) => [`https://${name}/v2`, from(10 * MINUTE + i * 10 * SECOND, HEALTHY, REFUSING)]),
    )
    const reconciles: number[] = []
    let [at, turns, most, limitedAt] = [-1, 0, 0, 0]
    const onTurn = ({ turnedAt, limitedUntil }: Memory) => {
      turns = turnedAt === at ? turns + 1 : 1
      at = turnedAt
      most = Math.max(most, turns)
      if (limitedUntil !== undefined && limitedAt === 0) limitedAt = turnedAt
    }
    const hints = (now: number) => ({
      list: false,
      node: limitedAt > 0 && now > limitedAt + 5 * SECOND && now < limitedAt + 6 * SECOND,
    })
    const reconcile = () => {
      reconciles.push(at)
      if (limitedAt > 0 && at > limitedAt + 8 * SECOND)
        throw new Failure('io', [{ file: '/etc', message: 'no space left' }])
      return UNCHANGED
    }
    const run = await simulate({ until: 20 * MINUTE, list, behaviours, onTurn, hints, reconcile })
    assert.ok(limitedAt > 0 && run.events.some(({ event }) => event === 'writes_limited'))
    assert.ok(run.events.some(({ event }) => event === 'write_failed'))
    assert.ok(
      reconciles.some(time => time >= limitedAt && time < limitedAt + 7 * SECOND),
      'the drift stays',
    )
    assert.ok(most < 100, `${most} turns at one moment`)
    assert.ok(reconciles.length < 400, `${reconciles.length} reconciles`)
  })

  it('uses a shorter interval immediately, and a rate limit for every registry that lists the mirror', async () => {
    let list = { ...hub(), health: { ...HEALTH, intervalMs: 24 * HOUR } }
    const limited: Behaviour = () =>
      responding({ status: 'degraded', reason: 'rate_limited', retry_after_s: 3600 })
    const hints = (now: number) => {
      const changed = now >= 20 * MINUTE && list.registries.length === 1
      const a = mirror('https://a')
      if (changed) list = { ...listOf(...hub().registries, registry('quay.io', [a])), health: HEALTH }
      return { list: changed, node: false }
    }
    const run = await simulate({ until: HOUR, list: () => list, behaviours: { [A]: limited }, hints })
    const [first = 0, ...more] = run.probed[A] ?? []
    assert.ok(first < 20 * MINUTE && more.every(at => at > first + 55 * MINUTE), `${more}`)
    assert.ok((run.probed[B] ?? []).length > 60, `${run.probed[B]?.length}`)
  })

  it('uses a new list immediately, and keeps the health of its mirrors', async () => {
    let list = hub()
    const hints = (now: number) => {
      const changed = now >= 20 * MINUTE && list.registries[0]?.mirrors.length === 2
      if (changed)
        list = hub({ mirrors: [...hub().registries.flatMap(one => one.mirrors), mirror('https://c')] })
      return { list: changed, node: false }
    }
    const run = await simulate({ until: HOUR, list: () => list, behaviours: { [A]: REFUSING }, hints })
    assert.deepEqual(writes(run), ['a b', 'b', 'b c'])
    assert.equal(run.written.at(-1)?.scope, 'all')
  })

  it('writes nothing for an invalid list, and reports it once', async () => {
    let isValid = true
    const list = () => {
      if (!isValid)
        throw new Failure('invalid_list', [{ file: 'mirrors.toml', line: 3, message: 'must be a url' }])
      return hub()
    }
    const hints = (now: number) => {
      isValid = now < 10 * MINUTE || now > 20 * MINUTE
      return { list: false, node: false }
    }
    const run = await simulate({ until: HOUR, list, behaviours: {}, hints })
    assert.deepEqual(writes(run), ['a b'])
    const events = run.events.map(({ event }) => event)
    assert.deepEqual(events, ['list_loaded', 'list_invalid', 'list_valid'])
    assert.match(
      run.events[1]?.text ?? '',
      /^mirrors\.toml:3: must be a url \(the watcher uses the last valid list\)$/,
    )
  })

  it('goes on when a write fails, and reports it once', async () => {
    const reconcile = () => {
      throw new Failure('io', [{ file: '/etc', message: 'the file system is read-only' }])
    }
    const run = await simulate({ until: HOUR, list: hub, behaviours: {}, reconcile })
    assert.deepEqual(
      run.events.map(({ event }) => event),
      ['list_loaded', 'write_failed'],
    )
    assert.ok(run.memory.failures > 300, 'the write is retried soon')
  })

  it('writes the whole list, including config.toml, once writes succeed again', async () => {
    let full = true
    const scopes: string[] = []
    const reconcile = (_: MirrorList, scope: Scope): Reconciled => {
      scopes.push(scope)
      if (full) throw new Failure('io', [{ file: '/etc', message: 'no space left' }])
      return UNCHANGED
    }
    const ready: boolean[] = []
    const onTurn = (memory: Memory) => void ready.push(memory.ready)
    const hints = (now: number) => {
      full = now < 10 * MINUTE
      return { list: false, node: false }
    }
    const run = await simulate({ until: 20 * MINUTE, list: hub, behaviours: {}, reconcile, hints, onTurn })
    const last = scopes.lastIndexOf('all')
    assert.ok(last >= 10, 'the whole list is retried')
    assert.ok(scopes.slice(last + 1).every(scope => scope === 'immediate'))
    assert.deepEqual([ready[0], ready.at(-1)], [false, true])
    assert.equal(run.events.at(-1)?.event, 'write_recovered')
  })

  it('reports once a file that differs and takes effect after a restart, and does not write it', async () => {
    const reconcile = (_: MirrorList, scope: Scope): Reconciled =>
      scope === 'all' ? UNCHANGED : { ...UNCHANGED, pendingFiles: ['/etc/containerd/config.toml'] }
    const run = await simulate({ until: HOUR, list: hub, behaviours: {}, reconcile })
    const reported = run.events.filter(({ event }) => event === 'apply_needed')
    assert.equal(reported.length, 1)
    assert.match(reported[0]?.text ?? '', /config\.toml differs from the list; run regmirror apply/)
  })

  it('reports what was done to an interrupted run', async () => {
    const notice = { code: 'recovered', message: 'the run was finished first', file: '/var/lib/regmirror' }
    let isFirst = true
    const reconcile = () => {
      const notices = isFirst ? [notice] : []
      isFirst = false
      return { ...UNCHANGED, notices }
    }
    const { events, memory } = await simulate({ until: HOUR, list: hub, behaviours: {}, reconcile })
    const reported = events.filter(({ event }) => event === 'recovered')
    assert.deepEqual(
      reported.map(({ level, text }) => [level, text]),
      [['warn', '/var/lib/regmirror: the run was finished first']],
    )
    assert.ok(memory.recentEvents.some(({ text }) => text === reported[0]?.text))
  })

  it('reports once that a restart is needed, and once that it is done, where it can see that', async () => {
    const restart = [
      { target: 'containerd', command: 'systemctl restart containerd', why: 'config.toml is newer' },
    ]
    const run = async (seesActivations: boolean) => {
      let reconciles = 0
      const reconcile = () => {
        reconciles += 1
        const report = { ...UNCHANGED.report, restart: reconciles < 10 ? restart : [] }
        return { ...UNCHANGED, report, seesActivations }
      }
      const { events, memory } = await simulate({ until: HOUR, list: hub, behaviours: {}, reconcile })
      const reported = events.filter(({ event }) => event.startsWith('restart'))
      return { reported: reported.map(({ event, level }) => [event, level]), restart: memory.restart }
    }
    const [needed, done] = [
      ['restart_needed', 'warn'],
      ['restart_done', 'info'],
    ]
    assert.deepEqual(await run(true), { reported: [needed, done], restart: [] })
    assert.deepEqual(await run(false), { reported: [needed], restart })
  })

  it('reports once that a reload is needed; under --root it is pending until the next list is written', async () => {
    const reload = [{ target: 'docker', command: 'systemctl reload docker', why: 'daemon.json is newer' }]
    let list = hub()
    const hints = (now: number) => {
      const changed = now >= 30 * MINUTE && list.registries[0]?.mirrors.length === 2
      if (changed) list = hub({ mirrors: [mirror('https://a')] })
      return { list: changed }
    }
    // Only the run that writes the file lists the reload.
    let isFirst = true
    const reconcile = () => {
      const report = { ...UNCHANGED.report, reload: isFirst ? reload : [] }
      isFirst = false
      return { ...UNCHANGED, report, seesActivations: false }
    }
    const pending = new Map<string, number>()
    const onTurn = (memory: Memory) => void pending.set(memory.reload[0]?.command ?? '', memory.turnedAt)
    const run = await simulate({ until: HOUR, list: () => list, behaviours: {}, hints, reconcile, onTurn })
    assert.deepEqual(
      run.events.filter(({ event }) => event.startsWith('reload')).map(({ event, level }) => [event, level]),
      [
        ['reload_needed', 'warn'],
        ['reload_done', 'info'],
      ],
    )
    const until = pending.get('systemctl reload docker') ?? 0
    assert.ok(until > 29 * MINUTE && until < 31 * MINUTE, `${until}`)
    assert.deepEqual(run.memory.reload, [])
  })

  it('reports that a reload is done as soon as the plan no longer lists it', async () => {
    const reload = [{ target: 'docker', command: 'systemctl reload docker', why: 'daemon.json is newer' }]
    let reconciles = 0
    const reconcile = () => {
      reconciles += 1
      return { ...UNCHANGED, report: { ...UNCHANGED.report, reload: reconciles < 10 ? reload : [] } }
    }
    const { events, memory } = await simulate({ until: HOUR, list: hub, behaviours: {}, reconcile })
    const reported = events.filter(({ event }) => event.startsWith('reload')).map(({ event }) => event)
    assert.deepEqual([reported, memory.reload], [['reload_needed', 'reload_done'], []])
  })

  const RELOADED = { target: 'docker', action: 'reload', command: 'kill -HUP 7', proof: 'it serves' } as const

  it('reloads no more than the limit allows where another program changes the file again and again', async () => {
    let reloads = 0
    const reconcile = (_list: unknown, scope: string, mayReload: (target: string) => boolean) => {
      const isDone = scope === 'all' || mayReload('docker')
      if (isDone) reloads += 1
      const result = isDone
        ? ({ target: 'docker', result: 'done', activated: [RELOADED] } as const)
        : ({ target: 'docker', result: 'delayed' } as const)
      return { ...UNCHANGED, reloads: [result] }
    }
    const hints = () => ({ node: true })
    const run = await simulate({ until: 2 * HOUR, list: hub, behaviours: {}, hints, reconcile })
    assert.ok(reloads > 2 * 55 + 20 && reloads <= 1 + 2 * 60 + 20, `${reloads}`)
    assert.deepEqual(run.memory.reloads.counts.get('docker'), { success: reloads, error: 0 })
    assert.ok(run.events.some(({ event }) => event === 'writes_limited'))
  })

  it('retries a reload that failed less and less often, and reports each problem once', async () => {
    const attempts: number[] = []
    let now = 0
    const reconcile = (_list: unknown, _scope: string, mayReload: (target: string) => boolean) => {
      if (!mayReload('docker'))
        return { ...UNCHANGED, reloads: [{ target: 'docker', result: 'delayed' } as const] }
      attempts.push(now)
      const problem = 'docker does not serve after the reload'
      const isOver = now > HOUR
      const done = { target: 'docker', result: 'done', activated: [RELOADED] } as const
      return {
        ...UNCHANGED,
        reloads: [isOver ? done : ({ target: 'docker', result: 'failed', problem } as const)],
      }
    }
    const onTurn = (memory: Memory) => {
      now = memory.turnedAt
    }
    const hints = () => ({ node: true })
    const run = await simulate({ until: 65 * MINUTE, list: hub, behaviours: {}, hints, reconcile, onTurn })
    const failed = attempts.filter(at => at <= HOUR)
    const waits = failed.slice(1).map((at, i) => at - (failed[i] ?? 0))
    assert.ok(
      waits.every((wait, i) => wait >= (waits[i - 1] ?? 0) * 0.9),
      waits.join(),
    )
    assert.ok((waits.at(-1) ?? 0) >= 9 * MINUTE && failed.length < 13, waits.join())
    const reported = run.events.filter(({ event }) => /^reload/.test(event)).map(({ event }) => event)
    assert.deepEqual([reported[0], reported[1], reported.length > 1], ['reload_failed', 'reloaded', true])
    assert.equal(reported.filter(event => event === 'reload_failed').length, 1)
    assert.equal(run.memory.reloads.failures.size, 0)
  })

  it('reports once that the health cannot be saved, also when no file has to be written', async () => {
    const saveHealth = () => {
      throw new Failure('io', [{ file: '/var', message: 'the file system is read-only' }])
    }
    const run = await simulate({ until: HOUR, list: hub, behaviours: {}, saveHealth })
    assert.deepEqual(
      run.events.map(({ event }) => event),
      ['list_loaded', 'health_save_failed'],
    )
  })

  it('does not wait for a rate limited server', async () => {
    const limited: Behaviour = () => ({
      probe: { status: 'degraded', reason: 'rate_limited', retry_after_s: 3000 },
      ms: 5,
    })
    const twice = from(
      10 * MINUTE,
      HEALTHY,
      from(15 * MINUTE, REFUSING, from(25 * MINUTE, HEALTHY, REFUSING)),
    )
    const behaviours = {
      [A]: twice,
      [B]: twice,
      'https://c/v2': from(30 * MINUTE, HEALTHY, REFUSING),
      [SERVER]: limited,
    }
    const list = () =>
      listOf(...hub().registries, registry('quay.io', [mirror('https://c'), mirror('https://d')]))
    const run = await simulate({ until: 50 * MINUTE, list, behaviours })
    const left = run.written.find(({ urls }) => urls['quay.io']?.length === 1)?.at ?? Number.NaN
    assert.ok(left - 30 * MINUTE <= MINUTE, `${left - 30 * MINUTE} ms`)
  })

  it('ends with the error when a probe throws an unexpected one', async () => {
    const broken: Behaviour = now => {
      if (now > MINUTE) throw new TypeError('a bug')
      return HEALTHY(now)
    }
    await assert.rejects(simulate({ until: HOUR, list: hub, behaviours: { [A]: broken } }), /a bug/)
  })

  it('keeps the health of a mirror whose header changes, and probes it immediately', async () => {
    let list = hub()
    const hints = (now: number) => {
      const changed = now >= 20 * MINUTE && list.registries[0]?.mirrors[0]?.header.X === undefined
      if (changed)
        list = hub({ mirrors: [{ ...mirror('https://a'), header: { X: 'other' } }, mirror('https://b')] })
      return { list: changed, node: false }
    }
    const behaviours = { [A]: from(20 * MINUTE, REFUSING, HEALTHY) }
    const run = await simulate({ until: HOUR, list: () => list, behaviours, hints })
    assert.deepEqual(writes(run), ['a b', 'b', 'a b'])
    assert.ok(writtenAt(run, 'a b', 20 * MINUTE) - 20 * MINUTE <= MINUTE + 4 * SECOND)
  })

  it('forgets the order of a registry that leaves the list', async () => {
    let list: MirrorList = { ...hub(), health: { ...HEALTH, order: 'latency' } }
    const hints = (now: number) => {
      if (now >= 20 * MINUTE) list = { ...list, registries: [registry('quay.io', [mirror('https://a')])] }
      return { list: false, node: false }
    }
    const run = await simulate({ until: HOUR, list: () => list, behaviours: {}, hints })
    assert.deepEqual([...run.memory.orders.keys()], ['quay.io'])
  })

  it('moves a mirror by latency only after it was clearly faster for several rounds', async () => {
    const list = () => ({ ...hub(), health: { ...HEALTH, order: 'latency' as const } })
    const at =
      (ms: number): Behaviour =>
      () => ({ probe: { latency_ms: { best: ms, median: ms, worst: ms } }, ms })
    const faster = await simulate({ until: HOUR, list, behaviours: { [A]: at(200), [B]: at(50) } })
    assert.deepEqual(writes(faster), ['a b', 'b a'])
    assert.ok(writtenAt(faster, 'b a') >= 4 * HEALTH.intervalMs)
    const almost = await simulate({ until: HOUR, list, behaviours: { [A]: at(200), [B]: at(190) } })
    assert.deepEqual(writes(almost), ['a b'])
    let probes = 0
    const varying: Behaviour = () => at(probes++ % 4 < 2 ? 20 : 400)(0)
    const restless = await simulate({ until: 4 * HOUR, list, behaviours: { [A]: varying, [B]: at(150) } })
    assert.ok(restless.written.length <= 3, `${restless.written.length} rewrites`)
  })

  it('does not measure throughput: with that order it saves the order of the list for plan and apply', async () => {
    const list = () => ({ ...hub(), health: { ...HEALTH, order: 'throughput' as const } })
    const run = await simulate({ until: HOUR, list, behaviours: {} })
    assert.deepEqual(writes(run), ['a b'])
    assert.deepEqual(run.healthFile?.orders, { 'docker.io': [A, B] })
  })

  it('stays within its limits over days of flapping mirrors, and does not grow', async function () {
    this.timeout(240_000)
    let seed = 7
    const flapping: Behaviour = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return (seed >> 8) % 3 === 0 ? HEALTHY(0) : REFUSING(0)
    }
    let turns = 0
    const heaps: number[] = []
    const onTurn = () => {
      turns += 1
      if (turns % 5000 !== 0) return
      collect()
      heaps.push(process.memoryUsage().heapUsed)
    }
    const list = () =>
      listOf(
        ...Array.from({ length: 5 }, (_, i) =>
          registry(`r${i}`, [mirror(`https://a${i}`), mirror(`https://b${i}`)]),
        ),
      )
    const behaviours = Object.fromEntries(
      list().registries.flatMap(({ mirrors }) => mirrors.map(({ base }) => [`${base.origin}/v2`, flapping])),
    )
    const run = await simulate({ until: 48 * HOUR, list, behaviours, onTurn })
    assert.ok(turns >= 10_000, `${turns} rounds`)
    assertPerHour(run.written, 60 + 20)
    assert.ok(run.written.length > 1000, 'mirrors did flap')
    assert.ok(run.events.some(({ event }) => event === 'writes_limited'))
    const most = maxProbesPerHour(HEALTH)
    for (const times of Object.values(run.probed))
      assertPerHour(
        times.map(at => ({ at })),
        most,
      )
    const { memory } = run
    assert.ok(memory.recentEvents.length <= 50)
    assert.ok(
      memory.mirrors.every(({ samples, state }) => samples.length <= 240 && state.latenciesMs.length <= 5),
    )
    // The records of the test grow too, by about a hundred bytes an entry.
    const [early = 0, late = 0] = [heaps[1], heaps.at(-1)]
    assert.ok(
      late - early < 12 * 1024 * 1024,
      `the heap grew (${heaps.map(h => (h / 1e6).toFixed(1))}) from ${early} to ${late}`,
    )
  })
})

function assertPerHour(times: readonly Pick<Written, 'at'>[], most: number): void {
  for (const [i, { at }] of times.entries()) {
    const next = times[i + most]
    assert.ok(next === undefined || next.at - at >= HOUR, `more than ${most} from ${at} on`)
  }
}
