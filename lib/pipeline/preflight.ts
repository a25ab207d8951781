/** Asking the mirrors before anything is written: to order them, and to wait until they can serve. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type RankBy, rank } from '../health/rank.ts'
import { milliseconds } from '../model/duration.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Notice, Probe } from '../model/report.ts'
import type { World } from '../model/world.ts'
import type { Options } from './open.ts'
import { probeList, rootsOf } from './probe-list.ts'

export interface PreflightOptions extends Options {
  /** Undefined: as the list says. */
  readonly rank: RankBy | undefined
  /** Write nothing unless every registry has something healthy. */
  readonly requireHealthy: boolean
  /** A duration: how long to wait for that. */
  readonly wait: string | undefined
  /** Whether mirrors may be asked where nothing else wants it: undefined on this machine only, not under a root. */
  readonly probe: boolean | undefined
}

/** The list in the order to write it in, and what the mirrors said if they were asked. */
export interface PreflightResult {
  readonly list: MirrorList
  readonly probes?: readonly Probe[]
  readonly unhealthy?: readonly string[]
  /** By what the list was ordered. */
  readonly ranked?: RankBy
  readonly notices: readonly Notice[]
}

/** Time between two looks at mirrors that are waited for. */
const PAUSE_MS = 1000

export async function preflight(
  list: MirrorList,
  options: PreflightOptions,
  world: World,
): Promise<PreflightResult> {
  const by = rankBy(list, options)
  if (by === undefined && !options.requireHealthy) return { list, notices: notRanked(list, options) }
  const depth = by === undefined ? undefined : 'blob'
  const { probes, unhealthy } = await untilHealthy(
    list,
    { ...options, depth, samples: by === undefined ? 1 : SAMPLES },
    world,
  )
  if (by === undefined) return { list, probes, unhealthy, notices: [] }
  const notices = [...rankNotices(probes, by), ...onceNotices(list, by)]
  return { list: rank(list, probes, by), probes, unhealthy, ranked: by, notices }
}

/** Of each mirror that is to be ranked. */
const SAMPLES = 5

/** Under a root nothing is asked but on request. */
function rankBy(list: MirrorList, options: PreflightOptions): RankBy | undefined {
  if (options.rank !== undefined) return options.rank
  return list.health.order === 'list' || silence(options) !== undefined ? undefined : list.health.order
}

/** What keeps mirrors from being asked where nobody wants it expressly. */
function silence({ root, probe }: PreflightOptions): string | undefined {
  if (probe === false) return 'with --no-probe'
  return root === undefined ? undefined : 'under --root'
}

function notRanked({ health }: MirrorList, options: PreflightOptions): readonly Notice[] {
  const why = silence(options)
  if (health.order === 'list' || why === undefined) return []
  const message = `order = "${health.order}": ${why} no mirror is asked, so they stay as listed; --rank asks them`
  return [{ code: 'not_ranked', message }]
}

/** Without a layer that was read there is nothing to say about throughput. */
function rankNotices(probes: readonly Probe[], by: RankBy): readonly Notice[] {
  const unknown = [...new Set(probes.map(({ registry }) => registry))].filter(name =>
    probes.every(({ registry, depth }) => registry !== name || depth === 'ping'),
  )
  if (by !== 'throughput') return []
  return unknown.map(registry => ({
    code: 'not_ranked',
    message: 'no throughput is known; give it a canary, or its mirrors stay as listed',
    registry,
  }))
}

/** Whoever runs next goes by the list. */
function onceNotices({ health }: MirrorList, by: RankBy): readonly Notice[] {
  if (health.order === by) return []
  const message = `this order holds until the next run without --rank; order = "${by}" in [health] keeps it`
  return [{ code: 'ranked_once', message }]
}

async function untilHealthy(
  list: MirrorList,
  options: Parameters<typeof probeList>[1] & PreflightOptions,
  world: World,
) {
  const waitMs = options.requireHealthy && options.wait !== undefined ? milliseconds(options.wait) : 0
  const deadline = performance.now() + waitMs
  const roots = rootsOf(world)
  for (let told = false; ; told = true) {
    const probed = await probeList(list, options, world, roots)
    const left = deadline - performance.now()
    if (probed.unhealthy.length === 0 || left <= 0 || world.signal.aborted) return probed
    if (!told)
      world.stderr.write(
        `waiting for something healthy to pull ${probed.unhealthy.join(', ')} from, ${options.wait} at most\n`,
      )
    await sleep(Math.min(PAUSE_MS, left), undefined, { signal: world.signal }).catch(() => {})
  }
}
