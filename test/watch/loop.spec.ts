/** The watcher's loop, hours in a moment: who leaves the file and when, who returns, and how often anything is written. */
import assert from 'node:assert/strict'
import v8 from 'node:v8'
import vm from 'node:vm'
import type { HealthFile } from '../../lib/health/health-file.ts'
import { maxProbesPerHour } from '../../lib/health/mirror-health.ts'
import { Failure } from '../../lib/model/errors.ts'
import type { MirrorList, Registry } from '../../lib/model/registry.ts'
import type { Probe } from '../../lib/model/report.ts'
import type { Memory } from '../../lib/watch/memory.ts'
import { HEALTH, listOf, mirror, registry } from '../support/lists.ts'
import {
  type Manner,
  REFUSING,
  SILENT,
  type Simulated,
  simulate,
  UNCHANGED,
  WELL,
  type Written,
} from '../support/simulation.ts'

v8.setFlagsFromString('--expose-gc')
/** Frees what nobody holds: without it a heap says more of the collector than of the program. */
const collect = vm.runInNewContext('gc') as () => void

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const [A, B, SERVER] = ['https://a/v2', 'https://b/v2', 'https://docker.io/v2']
const hub = (more: Partial<Registry> = {}): MirrorList =>
  listOf({ ...registry('docker.io', [mirror('https://a'), mirror('https://b')]), ...more })

const answering = (probe: Partial<Probe>) => ({ probe, ms: 20 })

/** One manner until a moment, another afterwards. */
const from =
  (at: number, before: Manner, after: Manner): Manner =>
  now =>
    (now < at ? before : after)(now)

const hubs = ({ written }: Simulated) =>
  written.map(({ at, urls }) => ({
    at,
    urls: (urls['docker.io'] ?? []).map(url => new URL(url).host).join(' '),
  }))
/** What was written, without when. */
const forms = (run: Simulated) => hubs(run).map(({ urls }) => urls)
/** When that was first written after a moment. */
const writtenAt = (run: Simulated, form: string, after = 0) =>
  hubs(run).find(({ at, urls }) => at >= after && urls === form)?.at ?? Number.NaN
const askedAfter = (run: Simulated, url: string, at: number) =>
  (run.asked[url] ?? []).find(time => time >= at) ?? Number.NaN

describe('a watcher', () => {
  it('writes the list at the start, and nothing while nothing happens', async () => {
    const run = await simulate({ until: 2 * HOUR, list: hub, manners: {} })
    assert.deepEqual(forms(run), ['a b'])
    assert.equal(run.written[0]?.scope, 'all')
    assert.deepEqual(
      run.events.map(({ event }) => event),
      ['list_loaded'],
      'no line for no news',
    )
    assert.equal(run.events[0]?.text, 'read mirrors.toml: 1 registry, 2 mirrors')
  })

  it('has a mirror out of the file within 3 s of the first failing question where it refuses, 10 s where it is silent', async () => {
    for (const [manner, limit] of [
      [REFUSING, 3 * SECOND],
      [SILENT, 10 * SECOND],
    ] as const) {
      const run = await simulate({
        until: HOUR,
        list: hub,
        manners: { [A]: from(10 * MINUTE, WELL, manner) },
      })
      assert.deepEqual(forms(run), ['a b', 'b'])
      const took = writtenAt(run, 'b') - askedAfter(run, A, 10 * MINUTE)
      assert.ok(took <= limit, `${took} ms`)
      assert.ok(writtenAt(run, 'b') - 10 * MINUTE <= limit + 1.1 * HEALTH.intervalMs)
      assert.equal(run.written[1]?.scope, 'immediate')
    }
  })

  it('has it back when it has answered twice', async () => {
    const manners = { [A]: from(10 * MINUTE, WELL, from(40 * MINUTE, REFUSING, WELL)) }
    const run = await simulate({ until: HOUR, list: hub, manners })
    assert.deepEqual(forms(run), ['a b', 'b', 'a b'])
    const returned = writtenAt(run, 'a b', 11 * MINUTE) - 40 * MINUTE
    assert.ok(returned <= 1.1 * 4 * HEALTH.intervalMs + 2 * SECOND, `${returned} ms`)
    assert.deepEqual(
      run.events.map(({ event }) => event),
      ['list_loaded', 'mirror_down', 'mirror_up'],
    )
  })

  it('asks the server only while no mirror is well, and leaves it alone in the file when it answers', async () => {
    const dead = from(10 * MINUTE, WELL, from(30 * MINUTE, REFUSING, WELL))
    const run = await simulate({ until: HOUR, list: hub, manners: { [A]: dead, [B]: dead } })
    assert.equal(forms(run).at(-1), 'a b')
    assert.ok(forms(run).includes(''))
    const times = run.asked[SERVER] ?? []
    assert.ok(times.length > 0)
    assert.ok(times.every(at => at > 10 * MINUTE && at < 35 * MINUTE))
  })

  it('says once that nothing is left to pull from, and once that something is again', async () => {
    const dead = from(10 * MINUTE, WELL, from(30 * MINUTE, REFUSING, WELL))
    for (const [more, server] of [
      [{}, REFUSING],
      [{ fallback: false }, WELL],
    ] as const) {
      const manners = { [A]: dead, [B]: dead, [SERVER]: server }
      const { events } = await simulate({ until: HOUR, list: () => hub(more), manners })
      const told = events.filter(({ event }) => event.startsWith('registry_'))
      assert.deepEqual(
        told.map(({ event, level }) => [event, level]),
        [
          ['registry_down', 'error'],
          ['registry_up', 'info'],
        ],
      )
      assert.match(
        told[0]?.text ?? '',
        /^docker\.io: nothing to pull from.*every mirror of the list is written/,
      )
      const [down = 0, up = 0] = told.map(({ at }) => at)
      assert.ok(down > 10 * MINUTE && down < 12 * MINUTE && up > 30 * MINUTE, `${down} ${up}`)
    }
    // Where the server stands in there is something.
    const { events } = await simulate({ until: HOUR, list: hub, manners: { [A]: dead, [B]: dead } })
    assert.ok(!events.some(({ event }) => event.startsWith('registry_')))
  })

  it('writes the declared list when nobody answers: the fault may be ours', async () => {
    const dead = from(10 * MINUTE, WELL, SILENT)
    const run = await simulate({
      until: HOUR,
      list: hub,
      manners: { [A]: dead, [B]: dead, [SERVER]: SILENT },
    })
    assert.equal(forms(run).at(-1), 'a b')
    assert.ok(forms(run).every(form => form !== ''))
  })

  it('leaves in peace who says 429, for as long as they want', async () => {
    const busy: Manner = () => ({
      probe: { status: 'degraded', reason: 'rate_limited', retry_after_s: 600 },
      ms: 5,
    })
    const manners = { [A]: from(10 * MINUTE, WELL, from(11 * MINUTE, busy, WELL)) }
    const run = await simulate({ until: HOUR, list: hub, manners })
    assert.deepEqual(forms(run), ['a b', 'b', 'a b'])
    const [first = 0, second = 0] = (run.asked[A] ?? []).filter(at => at >= 10 * MINUTE)
    assert.ok(second - first >= 600 * SECOND)
  })

  it('asks what stands in several registries once', async () => {
    const shared = () =>
      listOf(registry('docker.io', [mirror('https://a')]), registry('quay.io', [mirror('https://a')]))
    const run = await simulate({ until: HOUR, list: shared, manners: {} })
    const most = (HOUR / HEALTH.intervalMs) * 1.3
    assert.ok((run.asked[A] ?? []).length <= most, `${run.asked[A]?.length} questions`)
  })

  it('goes by what an earlier watcher knew', async () => {
    const first = await simulate({ until: HOUR, list: hub, manners: { [A]: from(MINUTE, WELL, REFUSING) } })
    assert.ok(first.book !== undefined)
    const knowing = async (stale_at: number) => {
      const book = { ...(first.book as HealthFile), stale_at }
      const until = HOUR + 10 * SECOND
      return forms(await simulate({ start: HOUR, until, list: hub, manners: { [A]: REFUSING }, book }))
    }
    assert.deepEqual(await knowing(2 * HOUR), ['b'])
    // As plan and apply: what was known long ago is to be found out anew.
    assert.deepEqual(await knowing(HOUR - 1), ['a b', 'b'])
  })

  it('believes a server that is slow, and holds nothing against one that was down in an earlier outage', async () => {
    const one = () => listOf(registry('docker.io', [mirror('https://a')]))
    const lazily = () => ({ ...one(), health: { ...HEALTH, slowAfterMs: 200 } })
    const slow: Manner = () =>
      answering({ status: 'healthy', latency_ms: { best: 500, median: 500, worst: 500 } })
    const dead = from(10 * MINUTE, WELL, REFUSING)
    const run = await simulate({ until: HOUR, list: lazily, manners: { [A]: dead, [SERVER]: slow } })
    assert.deepEqual(forms(run), ['a', ''])

    const twice = from(20 * MINUTE, dead, from(5 * HOUR, WELL, REFUSING))
    const server = from(20 * MINUTE, REFUSING, WELL)
    const again = await simulate({ until: 6 * HOUR, list: one, manners: { [A]: twice, [SERVER]: server } })
    const outages = again.events.filter(({ event }) => event === 'registry_down')
    assert.equal(outages.length, 1)
    assert.ok(outages.every(({ at }) => at < 20 * MINUTE))
    assert.deepEqual(forms(again), ['a', ''])
  })

  it('does not let one registry wait for the servers of many others', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `r${i}.test`)
    const list = () =>
      listOf(
        ...names.map(name => registry(name, [mirror(`https://m.${name}`)])),
        registry('docker.io', [mirror('https://a'), mirror('https://b')]),
      )
    const lost: Manner = () => ({ probe: { status: 'unhealthy', reason: 'connect_timeout' }, ms: 2000 })
    for (let at = MINUTE; at < 2 * MINUTE; at += 3 * SECOND) {
      const cut = from(at, WELL, lost)
      const away = names.map(name => [`https://m.${name}/v2`, cut] as const)
      const silent = names.map(name => [`https://${name}/v2`, SILENT] as const)
      const manners = Object.fromEntries([...away, ...silent, [A, cut]])
      const run = await simulate({ until: 4 * MINUTE, list, manners })
      const took = writtenAt(run, 'b', at) - askedAfter(run, A, at)
      assert.ok(took <= 10 * SECOND, `${took} ms`)
    }
  })

  it('repairs what somebody else has changed while changes are held back, and rests meanwhile', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `m${i}`)
    const list = () =>
      listOf(
        registry(
          'docker.io',
          [...names, 'b'].map(name => mirror(`https://${name}`)),
        ),
      )
    // One dies every 10 s.
    const manners = Object.fromEntries(
      names.map((name, i) => [`https://${name}/v2`, from(10 * MINUTE + i * 10 * SECOND, WELL, REFUSING)]),
    )
    const walks: number[] = []
    let [at, turns, most, held] = [-1, 0, 0, 0]
    const turned = ({ turnedAt, heldUntil }: Memory) => {
      turns = turnedAt === at ? turns + 1 : 1
      at = turnedAt
      most = Math.max(most, turns)
      if (heldUntil !== undefined && held === 0) held = turnedAt
    }
    const hints = (now: number) => ({
      list: false,
      node: held > 0 && now > held + 5 * SECOND && now < held + 6 * SECOND,
    })
    const walk = () => {
      walks.push(at)
      if (held > 0 && at > held + 8 * SECOND)
        throw new Failure('io', [{ file: '/etc', message: 'no space is left' }])
      return UNCHANGED
    }
    const run = await simulate({ until: 20 * MINUTE, list, manners, turned, hints, walk })
    assert.ok(held > 0 && run.events.some(({ event }) => event === 'held'))
    assert.ok(run.events.some(({ event }) => event === 'write_failed'))
    assert.ok(
      walks.some(time => time >= held && time < held + 7 * SECOND),
      'drift was left alone',
    )
    assert.ok(most < 100, `${most} turns at one moment`)
    assert.ok(walks.length < 400, `${walks.length} walks`)
  })

  it('a shorter interval holds at once, and who is to be left in peace is so in every registry', async () => {
    let list = { ...hub(), health: { ...HEALTH, intervalMs: 24 * HOUR } }
    const limited: Manner = () =>
      answering({ status: 'degraded', reason: 'rate_limited', retry_after_s: 3600 })
    const hints = (now: number) => {
      const changed = now >= 20 * MINUTE && list.registries.length === 1
      const a = mirror('https://a')
      if (changed) list = { ...listOf(...hub().registries, registry('quay.io', [a])), health: HEALTH }
      return { list: changed, node: false }
    }
    const run = await simulate({ until: HOUR, list: () => list, manners: { [A]: limited }, hints })
    const [first = 0, ...more] = run.asked[A] ?? []
    assert.ok(first < 20 * MINUTE && more.every(at => at > first + 55 * MINUTE), `${more}`)
    assert.ok((run.asked[B] ?? []).length > 60, `${run.asked[B]?.length}`)
  })

  it('takes another list over at once, and knows whom it knew', async () => {
    let list = hub()
    const hints = (now: number) => {
      const changed = now >= 20 * MINUTE && list.registries[0]?.mirrors.length === 2
      if (changed)
        list = hub({ mirrors: [...hub().registries.flatMap(one => one.mirrors), mirror('https://c')] })
      return { list: changed, node: false }
    }
    const run = await simulate({ until: HOUR, list: () => list, manners: { [A]: REFUSING }, hints })
    assert.deepEqual(forms(run), ['a b', 'b', 'b c'])
    assert.equal(run.written.at(-1)?.scope, 'all')
  })

  it('changes nothing for a list that is not sound, and says so once', async () => {
    let sound = true
    const list = () => {
      if (!sound)
        throw new Failure('invalid_list', [{ file: 'mirrors.toml', line: 3, message: 'must be a url' }])
      return hub()
    }
    const hints = (now: number) => {
      sound = now < 10 * MINUTE || now > 20 * MINUTE
      return { list: false, node: false }
    }
    const run = await simulate({ until: HOUR, list, manners: {}, hints })
    assert.deepEqual(forms(run), ['a b'])
    const events = run.events.map(({ event }) => event)
    assert.deepEqual(events, ['list_loaded', 'list_invalid', 'list_valid'])
    assert.match(
      run.events[1]?.text ?? '',
      /^mirrors\.toml:3: must be a url \(the last good list stays in force\)$/,
    )
  })

  it('goes on when the node cannot be written to, and says so once', async () => {
    const walk = () => {
      throw new Failure('io', [{ file: '/etc', message: 'the file system is read-only' }])
    }
    const run = await simulate({ until: HOUR, list: hub, manners: {}, walk })
    assert.deepEqual(
      run.events.map(({ event }) => event),
      ['list_loaded', 'write_failed'],
    )
    assert.ok(run.memory.failures > 300, 'it is tried again soon')
  })

  it('writes all of a list, config.toml too, when the node lets it at last', async () => {
    let full = true
    const scopes: string[] = []
    const walk = (_: MirrorList, scope: 'all' | 'immediate') => {
      scopes.push(scope)
      if (full) throw new Failure('io', [{ file: '/etc', message: 'no space is left' }])
      return UNCHANGED
    }
    const ready: boolean[] = []
    const turned = ({ inForce }: Memory) => void ready.push(inForce)
    const hints = (now: number) => {
      full = now < 10 * MINUTE
      return { list: false, node: false }
    }
    const run = await simulate({ until: 20 * MINUTE, list: hub, manners: {}, walk, hints, turned })
    const last = scopes.lastIndexOf('all')
    assert.ok(last >= 10, 'it is tried again in whole')
    assert.ok(scopes.slice(last + 1).every(scope => scope === 'immediate'))
    assert.deepEqual([ready[0], ready.at(-1)], [false, true])
    assert.equal(run.events.at(-1)?.event, 'write_ok')
  })

  it('says once what differs and needs a restart, and leaves it', async () => {
    const walk = (_: MirrorList, scope: 'all' | 'immediate') =>
      scope === 'all' ? UNCHANGED : { ...UNCHANGED, left: ['/etc/containerd/config.toml'] }
    const run = await simulate({ until: HOUR, list: hub, manners: {}, walk })
    const said = run.events.filter(({ event }) => event === 'left_alone')
    assert.equal(said.length, 1)
    assert.match(said[0]?.text ?? '', /config\.toml is not as the list says.*regmirror apply/)
  })

  it('says once that a restart is needed, and once that it is no longer, where it can see that', async () => {
    const restart = [
      { target: 'containerd', command: 'systemctl restart containerd', why: 'config.toml is newer' },
    ]
    const watched = async (seesRestarts: boolean) => {
      let walks = 0
      const walk = () => {
        walks += 1
        const report = { ...UNCHANGED.report, restart: walks < 10 ? restart : [] }
        return { ...UNCHANGED, report, seesRestarts }
      }
      const { events, memory } = await simulate({ until: HOUR, list: hub, manners: {}, walk })
      const said = events.filter(({ event }) => event.startsWith('restart'))
      return { said: said.map(({ event, level }) => [event, level]), restart: memory.restart }
    }
    const [needed, done] = [
      ['restart_needed', 'warn'],
      ['restart_done', 'info'],
    ]
    assert.deepEqual(await watched(true), { said: [needed, done], restart: [] })
    const advice = ['systemctl restart containerd (config.toml is newer)']
    assert.deepEqual(await watched(false), { said: [needed], restart: advice })
  })

  it('says once that what it knows cannot be kept, though nothing has to be written', async () => {
    const keep = () => {
      throw new Failure('io', [{ file: '/var', message: 'the file system is read-only' }])
    }
    const run = await simulate({ until: HOUR, list: hub, manners: {}, keep })
    assert.deepEqual(
      run.events.map(({ event }) => event),
      ['list_loaded', 'keep_failed'],
    )
  })

  it('does not wait for a server that wants to be left in peace', async () => {
    const busy: Manner = () => ({
      probe: { status: 'degraded', reason: 'rate_limited', retry_after_s: 3000 },
      ms: 5,
    })
    const twice = from(10 * MINUTE, WELL, from(15 * MINUTE, REFUSING, from(25 * MINUTE, WELL, REFUSING)))
    const manners = {
      [A]: twice,
      [B]: twice,
      'https://c/v2': from(30 * MINUTE, WELL, REFUSING),
      [SERVER]: busy,
    }
    const list = () =>
      listOf(...hub().registries, registry('quay.io', [mirror('https://c'), mirror('https://d')]))
    const run = await simulate({ until: 50 * MINUTE, list, manners })
    const left = run.written.find(({ urls }) => urls['quay.io']?.length === 1)?.at ?? Number.NaN
    assert.ok(left - 30 * MINUTE <= MINUTE, `${left - 30 * MINUTE} ms`)
  })

  it('ends with the error when a question goes wrong in a way that nobody has thought of', async () => {
    const broken: Manner = now => {
      if (now > MINUTE) throw new TypeError('a bug')
      return WELL(now)
    }
    await assert.rejects(simulate({ until: HOUR, list: hub, manners: { [A]: broken } }), /a bug/)
  })

  it('knows a mirror whose header is another by what it was, and asks it at once', async () => {
    let list = hub()
    const hints = (now: number) => {
      const changed = now >= 20 * MINUTE && list.registries[0]?.mirrors[0]?.header.X === undefined
      if (changed)
        list = hub({ mirrors: [{ ...mirror('https://a'), header: { X: 'other' } }, mirror('https://b')] })
      return { list: changed, node: false }
    }
    const manners = { [A]: from(20 * MINUTE, REFUSING, WELL) }
    const run = await simulate({ until: HOUR, list: () => list, manners, hints })
    assert.deepEqual(forms(run), ['a b', 'b', 'a b'])
    assert.ok(writtenAt(run, 'a b', 20 * MINUTE) - 20 * MINUTE <= MINUTE + 4 * SECOND)
  })

  it('forgets the order of a registry that has left the list', async () => {
    let list: MirrorList = { ...hub(), health: { ...HEALTH, order: 'latency' } }
    const hints = (now: number) => {
      if (now >= 20 * MINUTE) list = { ...list, registries: [registry('quay.io', [mirror('https://a')])] }
      return { list: false, node: false }
    }
    const run = await simulate({ until: HOUR, list: () => list, manners: {}, hints })
    assert.deepEqual([...run.memory.orders.keys()], ['quay.io'])
  })

  it('moves a mirror by latency only when it was clearly faster for several rounds', async () => {
    const list = () => ({ ...hub(), health: { ...HEALTH, order: 'latency' as const } })
    const at =
      (ms: number): Manner =>
      () => ({ probe: { latency_ms: { best: ms, median: ms, worst: ms } }, ms })
    const faster = await simulate({ until: HOUR, list, manners: { [A]: at(200), [B]: at(50) } })
    assert.deepEqual(forms(faster), ['a b', 'b a'])
    assert.ok(writtenAt(faster, 'b a') >= 4 * HEALTH.intervalMs)
    const nearly = await simulate({ until: HOUR, list, manners: { [A]: at(200), [B]: at(190) } })
    assert.deepEqual(forms(nearly), ['a b'])
    let beat = 0
    const fickle: Manner = () => at(beat++ % 4 < 2 ? 20 : 400)(0)
    const wild = await simulate({ until: 4 * HOUR, list, manners: { [A]: fickle, [B]: at(150) } })
    assert.ok(wild.written.length <= 3, `${wild.written.length} rewrites`)
  })

  it('does not measure throughput: where the list wants that order, plan and apply hear of its own', async () => {
    const list = () => ({ ...hub(), health: { ...HEALTH, order: 'throughput' as const } })
    const run = await simulate({ until: HOUR, list, manners: {} })
    assert.deepEqual(forms(run), ['a b'])
    assert.deepEqual(run.book?.orders, { 'docker.io': [A, B] })
  })

  it('holds its bounds over days of mirrors that come and go, and does not grow', async function () {
    this.timeout(240_000)
    let seed = 7
    const flapping: Manner = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return (seed >> 8) % 3 === 0 ? WELL(0) : REFUSING(0)
    }
    let turns = 0
    const heaps: number[] = []
    const turned = () => {
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
    const manners = Object.fromEntries(
      list().registries.flatMap(({ mirrors }) => mirrors.map(({ base }) => [`${base.origin}/v2`, flapping])),
    )
    const run = await simulate({ until: 48 * HOUR, list, manners, turned })
    assert.ok(turns >= 10_000, `${turns} rounds`)
    assertAnHour(run.written, 60 + 20)
    assert.ok(run.written.length > 1000, 'mirrors did come and go')
    assert.ok(run.events.some(({ event }) => event === 'held'))
    const most = maxProbesPerHour(HEALTH)
    for (const times of Object.values(run.asked))
      assertAnHour(
        times.map(at => ({ at })),
        most,
      )
    const { memory } = run
    assert.ok(memory.happenings.length <= 50)
    assert.ok(
      memory.mirrors.every(
        ({ points, standing }) => points.length <= 240 && standing.latenciesMs.length <= 5,
      ),
    )
    // What the test itself writes down grows too: a hundred bytes an entry or so.
    const [early = 0, late = 0] = [heaps[1], heaps.at(-1)]
    assert.ok(
      late - early < 12 * 1024 * 1024,
      `the heap grew (${heaps.map(h => (h / 1e6).toFixed(1))}) from ${early} to ${late}`,
    )
  })
})

function assertAnHour(times: readonly Pick<Written, 'at'>[], most: number): void {
  for (const [i, { at }] of times.entries()) {
    const next = times[i + most]
    assert.ok(next === undefined || next.at - at >= HOUR, `more than ${most} from ${at} on`)
  }
}
