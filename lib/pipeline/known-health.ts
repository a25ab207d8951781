/** What a watcher of this node knows: `plan` and `apply` use it too, so that they and the watcher write the same files. */
import { healthText } from '../health/health.ts'
import { type HealthFile, healthFromFile, isFresh, parseHealthFile } from '../health/health-file.ts'
import { judgeForTargets, type KnownFor, passesForTargets } from '../health/judge-targets.ts'
import { selectMirrors } from '../health/select.ts'
import { indexMirrors } from '../health/verdicts.ts'
import { baseUrl, type MirrorList } from '../model/registry.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import type { Notice } from '../model/report.ts'
import { registriesFor, registryOf, type TargetRegistries } from '../model/target-registries.ts'
import type { World } from '../model/world.ts'
import { monotonicMs, readClocks, wallTime } from '../system/clocks.ts'
import type { Reader } from '../system/reader.ts'
import { findPullers, type PullPlace } from '../targets/pullers.ts'
import type { TargetTable } from '../targets/target.ts'
import { EVERY_MIRROR, registryCause, registryStatusText } from '../wording/registry-health-text.ts'

export interface HealthOptions {
  /** Write every mirror of the list, healthy or not. */
  readonly declared: boolean
}

/** The node, and the runtimes to configure there. */
interface Place {
  readonly view: PullPlace
  readonly targets: TargetTable
  readonly world: World
}

/** Names of the registries whose health this run has measured itself. */
type Measured = ReadonlySet<string>

export function namesOf(registries: readonly RegistryHealth[] = []): Measured {
  return new Set(registries.map(({ registry }) => registry))
}

/** The list as it is written now. What a watcher knew counts for three intervals after it was saved. */
export async function applyKnownHealth(
  list: MirrorList,
  { declared }: HealthOptions,
  { view, targets, world }: Place,
  measured: Measured = new Set(),
): Promise<{ list: MirrorList; notices: readonly Notice[] }> {
  const saved = declared ? undefined : await readFreshHealth(view.node, world)
  if (saved === undefined) return { list, notices: [] }
  const knownFor = healthFromFile(saved)
  const pullers = await findPullers(list, targets, view)
  const selected = selectMirrors(list, pullers, knownFor)
  const excluded = excludedNotices(list, selected, pullers, saved, world)
  return { list: selected, notices: [...registryNotices(list, pullers, knownFor, measured), ...excluded] }
}

/** What a watcher of this node has saved since the boot; undefined where there is nothing. */
export async function readHealth(node: Reader, world: World): Promise<HealthFile | undefined> {
  const bytes = await node.read(node.statePaths.health)
  return bytes && parseHealthFile(bytes.toString('utf8'), await world.bootId(), monotonicMs(world))
}

async function readFreshHealth(node: Reader, world: World): Promise<HealthFile | undefined> {
  const saved = await readHealth(node, world)
  return saved && isFresh(saved, monotonicMs(world)) ? saved : undefined
}

/** What regmirror does then. */
const EFFECTS: Readonly<Record<Exclude<RegistryHealth['status'], 'healthy'>, string>> = {
  degraded: '',
  unhealthy: `; ${EVERY_MIRROR}`,
  unknown: '; mirrors without a result count as healthy',
}

const REGISTRY_CODES: Readonly<Record<Exclude<RegistryHealth['status'], 'healthy'>, string>> = {
  degraded: 'registry_degraded',
  unhealthy: 'registry_unhealthy',
  unknown: 'registry_unknown',
}

/** Names the registries for which no pull by tag is known to work. */
function registryNotices(
  { registries }: MirrorList,
  targets: readonly TargetRegistries[],
  knownFor: KnownFor,
  measured: Measured,
): readonly Notice[] {
  return registries.flatMap(({ name, mirrors }) => {
    if (measured.has(name) || mirrors.length === 0) return []
    const health = judgeForTargets(name, targets, knownFor)
    if (health === undefined || health.status === 'healthy') return []
    if (passesForTargets(name, targets, knownFor)) return []
    const message = `${registryStatusText(health)}: ${registryCause(health)}${EFFECTS[health.status]}`
    return { code: REGISTRY_CODES[health.status], message, registry: name }
  })
}

interface Excluded {
  readonly registry: string
  readonly mirror: string
  readonly target: string
}

/** A mirror that is excluded for some targets alone names them. */
function excludedNotices(
  list: MirrorList,
  selected: MirrorList,
  targets: readonly TargetRegistries[],
  { mirrors }: HealthFile,
  world: World,
): readonly Notice[] {
  const clocks = readClocks(world)
  const find = indexMirrors(Object.entries(mirrors))
  const excluded = targets.flatMap(target => excludedFor(target, selected))
  const places = Map.groupBy(excluded, ({ registry, mirror }) => `${registry} ${mirror}`)
  return list.registries.flatMap(({ name }) =>
    [...places.values()].flatMap(own => {
      const [first] = own
      if (first?.registry !== name) return []
      const { mirror } = first
      const names = own.map(({ target }) => target)
      const { since = 0, detail, health = 'unhealthy' } = find(name, mirror, names) ?? {}
      const why = detail === undefined ? '' : ` (${detail})`
      const when = new Date(wallTime(since, clocks)).toISOString()
      const whose = names.length === countHaving(name, mirror, targets) ? '' : ` for ${names.join(' and ')}`
      const message = `${healthText(health)}${whose} since ${when}${why}, so regmirror does not write it${whose && ' there'}; add --declared to write it`
      return { code: 'mirror_excluded', message, registry: name, mirror }
    }),
  )
}

/** What a target has of the list and does not get now. */
function excludedFor(
  { name: target, registries }: TargetRegistries,
  selected: MirrorList,
): readonly Excluded[] {
  const kept = new Map(registriesFor(selected, target).map(({ name, mirrors }) => [name, mirrors]))
  return registries.flatMap(({ name, mirrors }) =>
    mirrors
      .filter(mirror => !kept.get(name)?.includes(mirror))
      .map(({ base }) => ({ registry: name, mirror: baseUrl(base), target })),
  )
}

function countHaving(registry: string, url: string, targets: readonly TargetRegistries[]): number {
  const isThere = (target: TargetRegistries) =>
    registryOf(target, registry)?.mirrors.some(({ base }) => baseUrl(base) === url)
  return targets.filter(isThere).length
}
