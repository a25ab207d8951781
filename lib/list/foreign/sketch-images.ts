/** Files that name mirrors as `host/path`: registries.conf of Podman, buildkitd.toml, and daemon.json of Docker. Pure. */
import { isTable, type Table } from '../../formats/is-table.ts'
import { type ListSketch, shortMirror, sketchMirror, sketchRegistries } from './mirror-sketch.ts'
import { stringsIn, tablesIn } from './table-values.ts'
import { pathOf, withScheme } from './written-url.ts'

/** `registry-mirrors` are mirrors of docker.io. */
export function sketchDaemon(value: Table): ListSketch {
  return onlyMirrors([['docker.io', stringsIn(value['registry-mirrors']).map(url => mirrorAt(url, false))]])
}

export function sketchBuildkit({ registry }: Table): ListSketch {
  const tables = tablesIn(registry)
  const isPlain = (url: string) =>
    tables.some(([name, { http }]) => http === true && url.split('/')[0] === name)
  return onlyMirrors(
    tables.map(([name, { mirrors }]) => [name, stringsIn(mirrors).map(url => mirrorAt(url, isPlain(url)))]),
  )
}

/** A `prefix` with a path is a part of a registry, which a list cannot name. */
export function sketchContainers({ registry }: Table): ListSketch {
  const tables = Array.isArray(registry) ? registry.filter(isTable) : []
  return onlyMirrors(
    tables.map(({ prefix, location, mirror }) => {
      const mirrors = Array.isArray(mirror) ? mirror.filter(isTable) : []
      const found = mirrors.flatMap(({ location: at }) =>
        typeof at === 'string' ? [mirrorAt(at, false)] : [],
      )
      return [String(prefix ?? location ?? ''), found]
    }),
  )
}

type Found = ReturnType<typeof sketchMirror>

function onlyMirrors(pairs: readonly (readonly [name: string, mirrors: readonly Found[]])[]): ListSketch {
  const registries = pairs.map(
    ([name, mirrors]) =>
      [name, { mirrors: mirrors.flatMap(mirror => (mirror ? [shortMirror(mirror)] : [])) }] as const,
  )
  return { registries: sketchRegistries(registries), hasCredentials: false }
}

/** Repositories are below the path. */
function mirrorAt(written: string, isPlain: boolean): Found {
  const url = withScheme(written, isPlain ? 'http' : 'https')
  return sketchMirror(url, `/v2${pathOf(url).replace(/^\/v2(?=\/|$)/, '')}`)
}
