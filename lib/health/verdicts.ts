/** What is known of the endpoints of a list, by registry, URL and the targets that it is known for. Pure. */

/** An endpoint in one way of requesting it. */
interface VerdictPlace {
  readonly registry: string
  readonly url: string
  /** Absent: it is the same for every target. */
  readonly targets?: readonly string[] | undefined
}

/** No name of a registry or a target, and no URL, has a space; no name of a target has a comma. */
export function keyOf(registry: string, url: string, targets?: readonly string[]): string {
  return targets === undefined ? `${registry} ${url}` : `${registry} ${url} ${targets.join(',')}`
}

/** Of the server of a registry. */
export function serverKeyOf(registry: string, targets?: readonly string[]): string {
  return targets === undefined ? registry : keyOf(registry, SERVER, targets)
}

/** Stands for the URL of a server, which may depend on the target. */
const SERVER = 'server'

function placeOfKey(key: string): VerdictPlace {
  const [registry = '', url = '', targets] = key.split(' ')
  return { registry, url, ...(targets !== undefined && { targets: targets.split(',') }) }
}

/** `targets`: it must be known for one of them. */
export type FindMirror<Value> = (
  registry: string,
  url: string,
  targets: readonly string[],
) => Value | undefined
export type FindServer<Value> = (registry: string, target: string) => Value | undefined

/** The keys are those of `serverKeyOf`. */
export function indexServers<Value>(
  servers: Iterable<readonly [key: string, value: Value]>,
): FindServer<Value> {
  const find = indexMirrors(
    Array.from(servers, ([key, value]) => [key.includes(' ') ? key : keyOf(key, SERVER), value] as const),
  )
  return (registry, target) => find(registry, SERVER, [target])
}

/** The keys are those of `keyOf`. */
export function indexMirrors<Value>(
  entries: Iterable<readonly [key: string, value: Value]>,
): FindMirror<Value> {
  const byPlace = Map.groupBy(
    Array.from(entries, ([key, value]) => ({ ...placeOfKey(key), value })),
    ({ registry, url }) => keyOf(registry, url),
  )
  return (registry, url, targets) =>
    byPlace
      .get(keyOf(registry, url))
      ?.find(one => one.targets === undefined || one.targets.some(name => targets.includes(name)))?.value
}
