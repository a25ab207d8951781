/** What a watcher of this node knows, for those who plan beside it: they and it must want the same files. */
import { findHolder } from '../apply/lock.ts'
import { availabilityOf, canServe, whyUnavailable } from '../health/availability.ts'
import { type HealthFile, isFresh, keyOf, knownOf, parseHealthFile } from '../health/health-file.ts'
import { maxProbesPerHour } from '../health/probe-schedule.ts'
import { type KnownHealth, selectMirrors } from '../health/select.ts'
import { baseUrl, type MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { HEALTH_FILE } from '../ownership/state.ts'
import { monotonicMs, readClocks, wallTime } from '../system/clocks.ts'
import type { Reader } from '../system/files.ts'
import { onOneLine } from '../wording/printable.ts'

export interface HealthOptions {
  /** Every mirror of the list, whatever is known of it. */
  readonly declared: boolean
}

/** The list as it is to be written now. What is known is old when no watcher has said it anew for three intervals. */
export async function applyKnownHealth(
  list: MirrorList,
  { declared }: HealthOptions,
  node: Reader,
  world: World,
): Promise<{ list: MirrorList; notices: readonly Notice[] }> {
  const watcher = await findHolder(node, 'watch')
  const watched = watcher === undefined ? [] : [watchedNotice(watcher, declared, list)]
  const book = declared ? undefined : await freshBook(node, world)
  if (book === undefined) return { list, notices: watched }
  const known = knownOf(book)
  const left = selectMirrors(list, known)
  return {
    list: left,
    notices: [...watched, ...outageNotices(list, known), ...awayNotices(list, left, book, world)],
  }
}

/** What a watcher of this node has kept since the boot; undefined where there is nothing. */
export async function readBook(node: Reader, world: World): Promise<HealthFile | undefined> {
  const bytes = await node.read(HEALTH_FILE)
  return bytes && parseHealthFile(bytes.toString('utf8'), await world.bootId(), monotonicMs(world))
}

async function freshBook(node: Reader, world: World): Promise<HealthFile | undefined> {
  const book = await readBook(node, world)
  return book && isFresh(book, monotonicMs(world)) ? book : undefined
}

/** Whoever writes what a watcher does not want is overruled within a minute. */
function watchedNotice(holder: string, declared: boolean, { health }: MirrorList): Notice {
  const who = onOneLine(holder) || 'a watcher'
  const undoes = declared
    ? 'takes out again who is not well; stop it first, or set on_unhealthy = "keep"'
    : `undoes what its list does not say; by this list it asks each mirror ${maxProbesPerHour(health)} times an hour at most`
  return { code: 'watched', message: `${who} keeps this node, and ${undoes}` }
}

/** Names the registries of which nobody is left out, because nobody is well. */
function outageNotices({ registries }: MirrorList, known: KnownHealth): readonly Notice[] {
  return registries.flatMap(registry => {
    const servers = availabilityOf(registry, known)
    if (registry.mirrors.length === 0 || canServe(servers) === true) return []
    const message = `nothing to pull it from: ${whyUnavailable(servers)}; its mirrors stay as the list has them`
    return { code: 'registry_down', message, registry: registry.name }
  })
}

/** Names who is left out, and why. */
function awayNotices(list: MirrorList, known: MirrorList, book: HealthFile, world: World): readonly Notice[] {
  const now = readClocks(world)
  return list.registries.flatMap(({ name, mirrors }, i) => {
    const left = known.registries[i]?.mirrors.map(({ base }) => baseUrl(base)) ?? []
    const away = mirrors.map(({ base }) => baseUrl(base)).filter(url => !left.includes(url))
    return away.map(url => {
      const { since = 0, detail } = book.mirrors[keyOf(name, url)] ?? {}
      const why = detail === undefined ? '' : ` (${detail})`
      const message = `is left out: not well since ${new Date(wallTime(since, now)).toISOString()}${why}; --declared writes it all the same`
      return { code: 'left_out', message, registry: name, mirror: url }
    })
  })
}
