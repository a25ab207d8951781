/** What the containerd of k3s would contact for a pull of an image, after a start with this registries.yaml. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Lookup } from '../../../model/lookup.ts'
import { parseImageName } from '../../hosts-toml/read/image-name.ts'
import type { EffectiveEndpoint, PullRoute } from '../../pull-route.ts'
import { parseRelease, type Release } from '../../release.ts'
import { k3sDialect } from '../dialect.ts'
import type { RegistriesFile } from '../registries-file.ts'
import type { K3sSnapshot } from '../snapshot.ts'
import { generatedHosts, type HostConfig, type HostEndpoint } from './host-configs.ts'
import { rewriteRepository } from './rewrite-repository.ts'

/** Image names are read as in the containerd that k3s has in it. */
const READER = parseRelease('2.2.0') as Release

export function endpoints(snapshot: K3sSnapshot, text: string): readonly [PullRoute] {
  const image = parseImageName(text, READER)
  if ('problem' in image) return [{ endpoints: [], ignored: [], failure: { message: image.problem } }]
  const [fault] = snapshot.faults
  if (fault !== undefined) return [{ image, endpoints: [], ignored: [], failure: fault }]
  const { registry, repository } = image
  const found = findHost(snapshot, registry)
  const config = found?.config ?? { server: usualServer(registry), endpoints: [], ignored: [] }
  const { file } = snapshot
  const all = [...config.endpoints, ...serversOf(config, registry, snapshot.node.noDefault)]
  return [
    {
      image,
      lookup: lookupOf(snapshot, registry, found?.name),
      endpoints: all.map(one => effective(one, registry, repository, found?.name, config, file)),
      ignored: file && found ? ignoredIn(file, found.name, config) : [],
    },
  ]
}

interface Found {
  /** As registries.yaml has it: `*` for every other registry. */
  readonly name: string
  readonly config: HostConfig
}

function findHost({ file, node }: K3sSnapshot, registry: string): Found | undefined {
  const hosts = generatedHosts(file?.value ?? {}, node.noDefault)
  const own = hosts.get(registry)
  if (own !== undefined) return { name: registry, config: own }
  const any = hosts.get('_default')
  return any && { name: '*', config: any }
}

/** That of `*` follows from the name of the registry; with the node flag there is none. */
function serversOf({ server }: HostConfig, registry: string, noDefault: boolean): readonly HostEndpoint[] {
  if (server !== undefined) return [server]
  return noDefault ? [] : [usualServer(registry)]
}

function usualServer(registry: string): HostEndpoint {
  const { origin } = k3sDialect.defaultServer(registry).bases[0]
  const host = origin.replace(/^https?:\/\//, '')
  return { origin, host, path: '/v2', overridesPath: false, settings: {}, rewrite: {}, nth: undefined }
}

function effective(
  endpoint: HostEndpoint,
  registry: string,
  repository: string,
  name: string | undefined,
  config: HostConfig,
  file: RegistriesFile | undefined,
): EffectiveEndpoint {
  const { origin, path, host, settings, nth } = endpoint
  const isServer = !config.endpoints.includes(endpoint)
  const { prefix, problem } = rewriteRepository(repository, isServer ? {} : endpoint.rewrite)
  const ns = k3sDialect.namespace(registry, host)
  const place = name === undefined ? undefined : placeOf(file, name, nth)
  return {
    url: origin + path + prefix,
    role: isServer ? 'server' : 'mirror',
    capabilities: isServer ? ['pull', 'resolve', 'push'] : ['pull', 'resolve'],
    ...tlsOf(origin, settings),
    header: [],
    ...(ns !== undefined && { ns }),
    ...(place !== undefined && { source: place }),
    ...(problem !== undefined && { problem }),
  }
}

function tlsOf(origin: string, { tls }: HostEndpoint['settings']) {
  if (origin.startsWith('http:') || !isTable(tls)) return { skipVerify: false, ca: [], client: [] }
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  const [ca, cert, key] = [text(tls.ca_file), text(tls.cert_file), text(tls.key_file)]
  return {
    skipVerify: tls.insecure_skip_verify === true,
    ca: ca === undefined ? [] : [ca],
    client: cert === undefined ? [] : [{ cert, ...(key !== undefined && { key }) }],
  }
}

function placeOf(file: RegistriesFile | undefined, name: string, nth: number | undefined) {
  if (file === undefined || nth === undefined) return undefined
  const place = file.locateKey(['mirrors', name, 'endpoint', nth])
  return { file: file.path, ...(place && { line: place.line }) }
}

function lookupOf({ config, file, node }: K3sSnapshot, registry: string, name: string | undefined): Lookup {
  if (file === undefined) return { by: 'unset', why: `${config} does not exist` }
  if (name === undefined)
    return { by: 'none', path: config, why: `mirrors has no entry for ${registry} with endpoints` }
  const place = file.locateKey(['mirrors', name]) ?? file.locateKey(['configs', name])
  const flag = node.noDefault ? '; the node flag --disable-default-registry-endpoint is set' : ''
  const why =
    name === '*'
      ? `it is for every registry without its own entry${flag}`
      : `it has the name of the registry, ${registry}${flag}`
  return { by: name === '*' ? 'default' : 'exact', path: config, ...(place && { line: place.line }), why }
}

function ignoredIn(file: RegistriesFile, name: string, { ignored }: HostConfig): readonly Issue[] {
  return ignored.map(({ nth, why }) => ({
    file: file.path,
    ...file.locateKey(['mirrors', name, 'endpoint', nth]),
    message: `k3s ignores this endpoint: ${why}`,
    hint: 'correct or remove it',
  }))
}
