/** What a watcher of this node knows: `plan` and `apply` use it too, so that they and the watcher write the same files. */
import { judgeRegistry, type KnownHealth, passesCheck } from '../health/availability.ts'
import { healthText } from '../health/health.ts'
import { type HealthFile, healthFromFile, isFresh, keyOf, parseHealthFile } from '../health/health-file.ts'
import { selectMirrors } from '../health/select.ts'
import { baseUrl, type MirrorList } from '../model/registry.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import type { Notice } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { monotonicMs, readClocks, wallTime } from '../system/clocks.ts'
import type { Reader } from '../system/reader.ts'
import { EVERY_MIRROR, registryCause, registryStatusText } from '../wording/registry-health-text.ts'

export interface HealthOptions {
  /** Write every mirror of the list, healthy or not. */
  readonly declared: boolean
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
  node: Reader,
  world: World,
  measured: Measured = new Set(),
): Promise<{ list: MirrorList; notices: readonly Notice[] }> {
  const saved = declared ? undefined : await readFreshHealth(node, world)
  if (saved === undefined) return { list, notices: [] }
  const known = healthFromFile(saved)
  const selected = selectMirrors(list, known)
  const excluded = excludedNotices(list, selected, saved, world)
  return { list: selected, notices: [...registryNotices(list, known, measured), ...excluded] }
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
  known: KnownHealth,
  measured: Measured,
): readonly Notice[] {
  return registries.flatMap(registry => {
    const health = judgeRegistry(registry, known)
    const { status } = health
    if (measured.has(registry.name) || registry.mirrors.length === 0) return []
    if (status === 'healthy' || passesCheck(registry, known)) return []
    const message = `${registryStatusText(health)}: ${registryCause(health)}${EFFECTS[status]}`
    return { code: REGISTRY_CODES[status], message, registry: registry.name }
  })
}

function excludedNotices(
  list: MirrorList,
  selected: MirrorList,
  saved: HealthFile,
  world: World,
): readonly Notice[] {
  const clocks = readClocks(world)
  return list.registries.flatMap(({ name, mirrors }, i) => {
    const kept = selected.registries[i]?.mirrors.map(({ base }) => baseUrl(base)) ?? []
    const excluded = mirrors.map(({ base }) => baseUrl(base)).filter(url => !kept.includes(url))
    return excluded.map(url => {
      const { since = 0, detail, health = 'unhealthy' } = saved.mirrors[keyOf(name, url)] ?? {}
      const why = detail === undefined ? '' : ` (${detail})`
      const when = new Date(wallTime(since, clocks)).toISOString()
      const message = `${healthText(health)} since ${when}${why}, so regmirror does not write it; add --declared to write it`
      return { code: 'mirror_excluded', message, registry: name, mirror: url }
    })
  })
}
