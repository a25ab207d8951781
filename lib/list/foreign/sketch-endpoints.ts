/** Files with `mirrors.NAME.endpoint` as a list: registries.yaml of k3s, and config.toml of containerd. Pure. */
import { isTable, type Table } from '../../formats/is-table.ts'
import {
  type ListSketch,
  type MirrorKeys,
  shortMirror,
  sketchMirror,
  sketchRegistries,
} from './mirror-sketch.ts'
import { stringsIn, tablesIn } from './table-values.ts'
import { hostOf, pathOf, withScheme } from './written-url.ts'

/** `mirrors` and `configs`. containerd uses the path of an endpoint as it is (image_pull.go:560-562@v2.3.4). */
export function sketchEndpoints({ mirrors, configs }: Table): ListSketch {
  const settings = isTable(configs) ? configs : {}
  const named = tablesIn(mirrors).map(([name, { endpoint, endpoints }]) => {
    const urls = stringsIn(endpoint ?? endpoints).map(url => withScheme(url))
    return { name, urls }
  })
  const mirrored = named.map(({ name, urls }) => {
    const found = urls.flatMap(
      url => sketchMirror(url, pathOf(url) || '/v2', keysFor(hostOf(url), settings)) ?? [],
    )
    return [name, { mirrors: found.map(shortMirror) }] as const
  })
  const known = named.flatMap(({ name, urls }) => [name, ...urls.map(hostOf)])
  return {
    registries: sketchRegistries([...mirrored, ...ownServers(settings, known)]),
    hasCredentials: tablesIn(settings).some(([, { auth }]) => isTable(auth)),
  }
}

/** Registries that have TLS settings, and are no endpoint of another one. */
function ownServers(settings: Table, known: readonly string[]) {
  return Object.keys(settings)
    .filter(name => !known.includes(name))
    .flatMap(name => {
      const keys = keysFor(name, settings)
      const server = { url: `https://${name}`, ...keys }
      return Object.keys(keys).length === 0 ? [] : [[name, { server }] as const]
    })
}

function keysFor(host: string, settings: Table): Pick<MirrorKeys, 'ca' | 'client' | 'skip_verify'> {
  const config = Object.hasOwn(settings, host) ? settings[host] : undefined
  const tls = isTable(config) && isTable(config.tls) ? config.tls : {}
  const { ca_file, cert_file, key_file, insecure_skip_verify } = tls
  return {
    ...(typeof ca_file === 'string' && { ca: ca_file }),
    ...(typeof cert_file === 'string' &&
      typeof key_file === 'string' && { client: { cert: cert_file, key: key_file } }),
    ...(insecure_skip_verify === true && { skip_verify: true }),
  }
}
