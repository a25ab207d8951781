/** Probes the mirrors before anything is written: to order them, and to wait until they can serve. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type RankBy, rank } from '../health/rank.ts'
import { milliseconds } from '../model/duration.ts'
import type { MirrorList, Registry } from '../model/registry.ts'
import type { Notice, Probe } from '../model/report.ts'
import { registriesFor } from '../model/target-registries.ts'
import type { World } from '../model/world.ts'
import type { Depth } from '../probe/api/pull.ts'
import { monotonicMs } from '../system/clocks.ts'
import { judgeRegistries, requireMirrors } from './judge-registries.ts'
import type { NodeOptions } from './open.ts'
import type { ListProbeOptions, Probed, ProbedList, ProbeList } from './probe-list.ts'

export interface PreflightOptions extends NodeOptions {
  /** Undefined: that of the list. */
  readonly rank: RankBy | undefined
  /** Write nothing unless every registry is healthy; `mirrors`: each with mirrors through one of them. */
  readonly requireHealthy?: 'registries' | 'mirrors' | undefined
  /** A duration: how long to wait for that. */
  readonly wait?: string | undefined
  /** How deep the check of `requireHealthy` is. Undefined: `manifest`. */
  readonly depth?: Depth | undefined
  /** Whether the list alone may cause a probe. Undefined: on this machine, not under a root. */
  readonly probe?: boolean | undefined
}

/** The list in the order to write it in, and the probes where there were any. */
export interface PreflightResult extends Partial<Probed> {
  readonly list: MirrorList
  /** By what the list was ordered. */
  readonly ranked?: RankBy
  readonly notices: readonly Notice[]
}

/** A canary decides whether a registry is healthy, where one is known. */
const CHECK_DEPTH = 'manifest'
const RANKING: ListProbeOptions = { depth: 'blob', samples: 5 }

export async function preflight(
  list: MirrorList,
  options: PreflightOptions,
  world: World,
  probeList: ProbeList,
): Promise<PreflightResult> {
  const by = rankBy(list, options)
  if (by === undefined && !options.requireHealthy) return { list, notices: unrankedNotices(list, options) }
  const { probed, targets } = await probeUntilHealthy(
    list,
    by === undefined ? { depth: options.depth ?? CHECK_DEPTH, samples: 1 } : RANKING,
    options,
    world,
    probeList,
  )
  if (by === undefined) return { list, ...probed, notices: [] }
  const notices = [...throughputNotices(probed.probes, by), ...temporaryNotices(list, by)]
  const names = targets.map(({ name }) => name)
  const ranked = rank(list, probed.probes, by, names)
  const rankedFor = targets.map(({ name, registries }) => ({
    name,
    registries: inOrderOf(registriesFor(ranked, name), registries),
  }))
  const judged = { ...probed, ...judgeRegistries(ranked, probed.probes, rankedFor) }
  const result = checked(ranked, { probed: judged, targets: rankedFor }, options.requireHealthy)
  return { list: ranked, ...result.probed, ranked: by, notices }
}

function rankBy(list: MirrorList, options: PreflightOptions): RankBy | undefined {
  if (options.rank !== undefined) return options.rank
  return list.health.order === 'list' || whyUnprobed(options) !== undefined ? undefined : list.health.order
}

/** Why the list alone causes no probe; undefined where it does. */
function whyUnprobed({ root, probe }: PreflightOptions): string | undefined {
  if (probe === false) return '--no-probe'
  return root === undefined ? undefined : '--root'
}

function unrankedNotices({ health }: MirrorList, options: PreflightOptions): readonly Notice[] {
  const flag = whyUnprobed(options)
  if (health.order === 'list' || flag === undefined) return []
  const remedy = flag === '--root' ? 'add --rank' : `remove ${flag}`
  const message = `order = "${health.order}" has no effect with ${flag}; mirrors keep the order of the list; ${remedy}`
  return [{ code: 'order_not_used', message }]
}

/** Throughput is measured by a layer, and without a canary none is known. */
function throughputNotices(probes: readonly Probe[], by: RankBy): readonly Notice[] {
  if (by !== 'throughput') return []
  const measured = new Set(probes.filter(({ depth }) => depth !== 'ping').map(({ registry }) => registry))
  const unmeasured = [...new Set(probes.map(({ registry }) => registry))].filter(name => !measured.has(name))
  const message =
    'regmirror cannot measure throughput without a canary, so mirrors keep the order of the list; set canary = "repository:tag"'
  return unmeasured.map(registry => ({ code: 'throughput_unknown', message, registry }))
}

function temporaryNotices({ health }: MirrorList, by: RankBy): readonly Notice[] {
  if (health.order === by) return []
  const message = `this order lasts until the next run without --rank; to keep it, set order = "${by}" in [health]`
  return [{ code: 'rank_not_kept', message }]
}

/** What a target has of these registries, in their order. */
function inOrderOf(ordered: readonly Registry[], had: readonly Registry[]): readonly Registry[] {
  return had.map(registry => {
    const all = ordered.find(({ name }) => name === registry.name)?.mirrors ?? registry.mirrors
    return { ...registry, mirrors: all.filter(mirror => registry.mirrors.includes(mirror)) }
  })
}

function checked(
  list: MirrorList,
  { probed, targets }: ProbedList,
  required: PreflightOptions['requireHealthy'],
): ProbedList {
  if (required !== 'mirrors') return { probed, targets }
  return { probed: { ...probed, ...requireMirrors(list, probed.probes, probed, targets) }, targets }
}

/** Between two rounds of probes of mirrors that are waited for. */
const PAUSE_MS = 1000

/** Probes once, or with `--require-healthy --wait` again and again until every registry is healthy. */
async function probeUntilHealthy(
  list: MirrorList,
  how: ListProbeOptions,
  { requireHealthy, wait }: PreflightOptions,
  world: World,
  probeList: ProbeList,
): Promise<ProbedList> {
  const waitMs = requireHealthy && wait !== undefined ? milliseconds(wait) : 0
  const deadline = monotonicMs(world) + waitMs
  for (let round = 1; ; round += 1) {
    const result = checked(list, await probeList(list, how), requireHealthy)
    const { probed } = result
    const left = deadline - monotonicMs(world)
    if (probed.unhealthy.length === 0 || left <= 0 || world.signal.aborted) return result
    const until = requireHealthy === 'mirrors' ? 'a mirror is healthy' : 'pulls by tag work'
    if (round === 1)
      world.stderr.write(`waiting up to ${wait} until ${until}: ${probed.unhealthy.join(', ')}\n`)
    await sleep(Math.min(PAUSE_MS, left), undefined, { signal: world.signal }).catch(() => {})
  }
}
