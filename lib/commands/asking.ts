/** Asking the mirrors before anything is written: to order them, and to wait until they can serve. */
import { setTimeout as sleep } from 'node:timers/promises'
import { milliseconds } from '../duration.ts'
import { type RankBy, rank } from '../rank.ts'
import type { MirrorList } from '../registry.ts'
import type { Notice, Probe } from '../report.ts'
import type { World } from '../world.ts'
import type { Options } from './inputs.ts'
import { probeList } from './probe.ts'

export interface AskingOptions extends Options {
  /** Undefined: as the list says. */
  readonly rank: RankBy | undefined
  /** Write nothing unless every registry has something healthy. */
  readonly requireHealthy: boolean
  /** A duration: how long to wait for that. */
  readonly wait: string | undefined
}

/** The list in the order to write it in, and what the mirrors said if they were asked. */
export interface Asked {
  readonly list: MirrorList
  readonly probes?: readonly Probe[]
  readonly unhealthy?: readonly string[]
  readonly notices: readonly Notice[]
}

/** Time between two looks at mirrors that are waited for. */
const PAUSE_MS = 1000

export async function askFirst(list: MirrorList, options: AskingOptions, world: World): Promise<Asked> {
  const by = rankBy(list, options)
  if (by === undefined && !options.requireHealthy) return { list, notices: notRanked(list, options) }
  const depth = by === undefined ? undefined : 'blob'
  const { probes, unhealthy } = await untilHealthy(
    list,
    { ...options, depth, samples: by === undefined ? 1 : SAMPLES },
    world,
  )
  const ranked = by === undefined ? list : rank(list, probes, by)
  return { list: ranked, probes, unhealthy, notices: by === undefined ? [] : rankNotices(probes, by) }
}

/** Of each mirror that is to be ranked. */
const SAMPLES = 5

/** Under a root nothing is asked but on request. */
function rankBy(list: MirrorList, { rank: flag, root }: AskingOptions): RankBy | undefined {
  if (flag !== undefined) return flag
  return list.health.order === 'list' || root !== undefined ? undefined : list.health.order
}

function notRanked({ health }: MirrorList, { root }: AskingOptions): readonly Notice[] {
  if (health.order === 'list' || root === undefined) return []
  const message = `order = "${health.order}": under --root no mirror is asked, so they stay as listed; --rank asks them`
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

async function untilHealthy(
  list: MirrorList,
  options: Parameters<typeof probeList>[1] & AskingOptions,
  world: World,
) {
  const waitMs = options.requireHealthy && options.wait !== undefined ? milliseconds(options.wait) : 0
  const deadline = performance.now() + waitMs
  for (let told = false; ; told = true) {
    const probed = await probeList(list, options, world)
    const left = deadline - performance.now()
    if (probed.unhealthy.length === 0 || left <= 0 || world.signal.aborted) return probed
    if (!told)
      world.stderr.write(
        `waiting for something healthy to pull ${probed.unhealthy.join(', ')} from, ${options.wait} at most\n`,
      )
    await sleep(Math.min(PAUSE_MS, left), undefined, { signal: world.signal }).catch(() => {})
  }
}
