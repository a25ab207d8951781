/** What BuildKit would contact for a pull of an image (util/resolver/resolver.go:115-172@v0.32.2). Pure. */
import { stringsIn } from '../../../formats/table-values.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Lookup } from '../../../model/lookup.ts'
import { isLoopback } from '../../../model/registry.ts'
import { parseImageName } from '../../hosts-toml/read/image-name.ts'
import type { EffectiveEndpoint, PullRoute } from '../../pull-route.ts'
import { parseRelease, type Release } from '../../release.ts'
import type { TomlFile } from '../../toml-file.ts'
import { tableOf } from '../config/config-file.ts'
import { buildkitDialect, serverHost } from '../dialect.ts'
import type { BuildkitSnapshot } from '../snapshot.ts'
import { keypairsIn } from './keypairs.ts'
import { hostAndPath } from './mirror-address.ts'

/** Image names are read as in the containerd that BuildKit has in it. */
const READER = parseRelease('2.3.3') as Release

export function endpoints(snapshot: BuildkitSnapshot, text: string): readonly [PullRoute] {
  const image = parseImageName(text, READER)
  if ('problem' in image) return [{ endpoints: [], ignored: [], failure: { message: image.problem } }]
  const [fault] = snapshot.faults
  if (fault !== undefined) return [{ image, endpoints: [], ignored: [], failure: fault }]
  const { file, config } = snapshot
  const { registry } = image
  if (file === undefined || !hasTable(file, registry))
    return [
      {
        image,
        lookup: absence(config, registry, file),
        endpoints: [server(registry, undefined)],
        ignored: [],
      },
    ]
  const mirrors = stringsIn(tableOf(file, registry).mirrors)
  const found = mirrors.map((mirror, i) => mirrorEndpoint(mirror, i, registry, file))
  const lookup = lookupIn(file, registry)
  return [
    { image, lookup, endpoints: [...found, server(registry, file)], ignored: ignoredIn(file, registry) },
  ]
}

function hasTable(file: TomlFile, registry: string): boolean {
  const { registry: tables } = file.value
  return typeof tables === 'object' && tables !== null && Object.hasOwn(tables, registry)
}

function lookupIn(file: TomlFile, registry: string): Lookup {
  const place = file.locateKey(['registry', registry])
  const why = `it has the name of the registry, ${registry}`
  return { by: 'exact', path: file.path, ...(place && { line: place.line }), why }
}

function absence(config: string, registry: string, file: TomlFile | undefined): Lookup {
  if (file === undefined) return { by: 'unset', why: `${config} does not exist` }
  return { by: 'none', path: config, why: `there is no table [registry."${registry}"]` }
}

function mirrorEndpoint(mirror: string, nth: number, registry: string, file: TomlFile): EffectiveEndpoint {
  const { host, path } = hostAndPath(mirror)
  const place = file.locateKey(['registry', registry, 'mirrors', nth])
  const ns = buildkitDialect.namespace(registry, host)
  return {
    ...reached(host, `/v2${path}`, host, file),
    role: 'mirror',
    capabilities: ['pull', 'resolve'],
    ...(ns !== undefined && { ns }),
    source: { file: file.path, ...(place && { line: place.line }) },
  }
}

function server(registry: string, file: TomlFile | undefined): EffectiveEndpoint {
  const found = reached(serverHost(registry), '/v2', registry, file)
  const place = file?.locateKey(['registry', registry])
  return {
    ...found,
    role: 'server',
    capabilities: ['pull', 'resolve', 'push'],
    ...(file && place && { source: { file: file.path, line: place.line } }),
  }
}

/** By the table of the host; with both switches https is tried first (resolver.go:28-71@v0.32.2). */
function reached(host: string, path: string, name: string, file: TomlFile | undefined) {
  const table = file === undefined ? {} : tableOf(file, name)
  const isPlain = table.http === true || (table.http === undefined && isLoopback(host))
  const skipVerify = table.insecure === true
  const scheme = isPlain && !skipVerify ? 'http' : 'https'
  return {
    url: `${scheme}://${host}${path}`,
    ...(isPlain && skipVerify && { plainUrl: `http://${host}${path}` }),
    skipVerify,
    ca: scheme === 'http' ? [] : stringsIn(table.ca),
    client: scheme === 'http' ? [] : keypairsIn(table),
    header: [],
  }
}

/** Schemes in `mirrors`, which say nothing. */
function ignoredIn(file: TomlFile, registry: string): readonly Issue[] {
  return stringsIn(tableOf(file, registry).mirrors).flatMap((mirror, i) => {
    const { scheme, host } = hostAndPath(mirror)
    if (scheme === undefined) return []
    const message = `buildkitd ignores the scheme of ${scheme}://${host}`
    const hint = scheme === 'http' ? `set http = true in [registry."${host}"]` : `write "${host}"`
    return [{ file: file.path, ...file.locateKey(['registry', registry, 'mirrors', i]), message, hint }]
  })
}
