/**
 * The directory of a registry under certs.d: hosts.toml and the certificates that it names. Pure.
 * Grammar: core/remotes/docker/config/hosts.go:338-548@v2.3.4.
 */
import type { TomlKeys, TomlValue } from '../../formats/toml/text.ts'
import {
  type ApiBase,
  baseUrl,
  type Connection,
  isLoopback,
  type Mirror,
  type Registry,
} from '../../model/registry.ts'
import type { Effect } from '../../model/report.ts'
import { sha256Hex } from '../../model/sha256.ts'
import { BANNER } from '../../ownership/banner.ts'
import type { FoundFile } from '../../system/file-facts.ts'
import type { DesiredFile } from '../target.ts'
import { DEFAULT_DIRECTORY, directoryName } from './directory-name.ts'
import { formatHostsToml, type HostSection, type HostsDocument } from './format-hosts-toml.ts'

/**
 * The files of a registry's directory: certificates and hosts.toml. `present` is the hosts.toml of the node, and `proved` the
 * texts that were read back before.
 */
export function registryFiles(
  registry: Registry,
  hostsDir: string,
  effect: Effect,
  present?: FoundFile,
  proved?: Set<string>,
): readonly DesiredFile[] {
  const bundle = `${hostsDir}/${directoryName(registry.name)}`
  const certificates = connectionsOf(registry)
    .flatMap(certificateFiles)
    .map(file => ({
      path: `${bundle}/${file.name}`,
      content: file.text,
      secret: file.secret,
      why: `${file.what} for ${registry.name}`,
      effect,
      bundle,
      owns: { kind: 'whole' as const },
    }))
  const unique = uniqueByPath(certificates)
  return [...unique, hostsFile(registry, hostsDir, effect, unique, present, proved)]
}

/** Every endpoint that hosts.toml names. */
function connectionsOf({ mirrors, server }: Registry): readonly Connection[] {
  return server === undefined ? mirrors : [...mirrors, server]
}

function hostsFile(
  registry: Registry,
  hostsDir: string,
  effect: Effect,
  certificates: readonly DesiredFile[],
  present: FoundFile | undefined,
  proved: Set<string> | undefined,
): DesiredFile {
  const place = hostsPlace(hostsDir, directoryName(registry.name))
  return {
    ...place,
    content: formatHostsToml(BANNER, hostsDocument(registry), present?.bytes, proved),
    ...(present && { present }),
    secret: connectionsOf(registry).some(({ header }) => Object.keys(header).length > 0),
    effect,
    why: whyHosts(registry),
    registry: registry.name,
    after: [...certificates.map(({ path }) => path), ...place.after],
    owns: { kind: 'whole', format: 'toml' },
  }
}

/**
 * `_default` is used for every registry without a directory: it must not be used for one whose directory is about to be
 * created or was just removed.
 */
export function hostsPlace(hostsDir: string, name: string) {
  const bundle = `${hostsDir}/${name}`
  return { path: `${bundle}/hosts.toml`, bundle, after: name === DEFAULT_DIRECTORY ? [hostsDir] : [] }
}

/**
 * The content of hosts.toml for a registry. `fallback = false` has no key: the endpoint tried last is the one at the root,
 * so the last mirror goes there with all its keys (hosts.go:414-419@v2.3.4).
 */
function hostsDocument(registry: Registry): HostsDocument {
  const last = registry.fallback ? undefined : registry.mirrors.at(-1)
  const mirrors = last === undefined ? registry.mirrors : registry.mirrors.slice(0, -1)
  return {
    server: last === undefined ? serverSection(registry) : rootSection(last),
    mirrors: mirrors.map(mirror => ({ url: endpointUrl(mirror.base), ...mirrorSection(mirror) })),
  }
}

function serverSection({ name, server }: Registry): HostSection {
  // Without `server` containerd tries a loopback registry over https, then http (hosts.go:105-122@v2.3.4).
  if (server === undefined || (!server.declared && isLoopback(name))) return { keys: {}, header: {} }
  return { keys: { server: endpointUrl(server.base), ...connectionKeys(server) }, header: server.header }
}

function rootSection(mirror: Mirror): HostSection {
  const { keys, header } = mirrorSection(mirror)
  return { keys: { server: endpointUrl(mirror.base), ...keys }, header }
}

function mirrorSection(mirror: Mirror): HostSection {
  return {
    keys: { capabilities: mirror.capabilities, ...connectionKeys(mirror) },
    header: mirror.header,
  }
}

function connectionKeys({ base, dialTimeout, ca, client, skipVerify }: Connection): TomlKeys {
  const keys: Record<string, TomlValue> = {}
  if (dialTimeout !== undefined) keys.dial_timeout = dialTimeout
  if (base.form === 'prefix' || base.form === 'exact') keys.override_path = true
  if (ca.length > 0) keys.ca = ca.map(({ text }) => certificateName('ca', text))
  if (client !== undefined) keys.client = [clientNames(client.cert.text)]
  if (skipVerify) keys.skip_verify = true
  return keys
}

/** containerd appends `/v2` by itself unless the path ends in it or is overridden (hosts.go:440-448@v2.3.4). */
function endpointUrl(base: ApiBase): string {
  if (base.form === 'root') return base.origin
  // With the `/`, an exact mirror without a path has another header than a plain mirror of the same host.
  return base.path === '' ? `${base.origin}/` : baseUrl(base)
}

interface CertificateFile {
  readonly name: string
  readonly text: string
  readonly secret: boolean
  readonly what: string
}

function certificateFiles({ ca: cas, client }: Connection): readonly CertificateFile[] {
  const ca = cas.map(({ text }) => ({
    name: certificateName('ca', text),
    text,
    secret: holdsKey(text),
    what: 'CA',
  }))
  if (client === undefined) return ca
  const [clientCert, clientKey] = [client.cert.text, client.key.text]
  const [cert, key] = clientNames(clientCert)
  return [
    ...ca,
    { name: cert, text: clientCert, secret: holdsKey(clientCert), what: 'client certificate' },
    { name: key, text: clientKey, secret: true, what: 'client key' },
  ]
}

/** A certificate and its key may be in one file. */
function holdsKey(pem: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)
}

/**
 * Certificates are named after their content: a renewed one is a new file, and hosts.toml switches to it in one rename, so a
 * new certificate is never used with an old key. They end in `.pem`, because containerd uses `.crt`, `.cert` and `.key` by
 * itself where hosts.toml does not parse (hosts.go:321-333@v2.3.4).
 */
function certificateName(kind: string, text: string): string {
  return `${kind}-${sha256Hex(Buffer.from(text)).slice(0, 12)}.pem`
}

function clientNames(cert: string): readonly [cert: string, key: string] {
  const name = certificateName('client', cert)
  return [name, name.replace(/\.pem$/, '-key.pem')]
}

function whyHosts(registry: Registry): string {
  const name = registry.name === '*' ? 'every other registry' : registry.name
  const count = registry.mirrors.length
  const mirrors = count === 0 ? 'no mirror' : count === 1 ? '1 mirror' : `${count} mirrors`
  const tail = registry.fallback ? '' : ', without the registry itself'
  return `${mirrors} for ${name}${tail}`
}

function uniqueByPath(files: readonly DesiredFile[]): readonly DesiredFile[] {
  const seen = new Set<string>()
  return files.filter(({ path }) => seen.size !== seen.add(path).size)
}
