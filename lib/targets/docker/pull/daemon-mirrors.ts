/** Mirrors of docker.io in daemon.json and in the flags of dockerd, as endpoints of a pull. Pure. */
import { locateJson } from '../../../formats/json/locate.ts'
import { stringsIn } from '../../../formats/table-values.ts'
import type { Issue } from '../../../model/errors.ts'
import type { EffectiveEndpoint } from '../../pull-route.ts'
import { MIRRORS } from '../daemon-json.ts'
import { insecureEntries, isInsecure } from '../insecure.ts'
import type { DockerSnapshot } from '../snapshot.ts'

export interface DaemonMirror {
  readonly url: string
  readonly source?: { readonly file: string; readonly line?: number }
}

/** In the order in which they are tried; the path of a mirror is before `/v2`. */
export function daemonMirrors({
  json,
  config,
  daemons,
}: Pick<DockerSnapshot, 'json' | 'config' | 'daemons'>): readonly DaemonMirror[] {
  const written = stringsIn(json?.value[MIRRORS]).map((url, i) => {
    const line = locateJson(json?.text ?? '', [MIRRORS, i])?.line
    return { url: apiBase(url), source: { file: config.path, ...(line !== undefined && { line }) } }
  })
  const flags = daemons.readers[0]?.flags.registries ?? []
  const given = flags
    .filter(({ flag }) => flag === '--registry-mirror')
    .map(({ value }) => ({ url: apiBase(value) }))
  const all = [...given, ...written]
  return all.filter(({ url }, i) => all.findIndex(other => other.url === url) === i)
}

function apiBase(url: string): string {
  return `${url.replace(/\/+$/, '')}/v2`
}

export function hostIn(url: string): string {
  return /^\w+:\/\/([^/]*)/.exec(url)?.[1] ?? ''
}

/** The certificates of `certs.d/<host>`; Docker reads them at every pull (registry/registry.go:66-118@v28.5.2). */
export function certificatesFor(
  host: string,
  { directories, certsDir }: Pick<DockerSnapshot, 'directories' | 'certsDir'>,
): Pick<EffectiveEndpoint, 'ca' | 'client'> & { readonly failure?: Issue } {
  const at = `${certsDir}/${host}`
  const entries = directories[certsDir]?.find(({ name }) => name === host)?.entries ?? []
  const ca = entries.filter(name => name.endsWith('.crt')).map(name => `${at}/${name}`)
  const certs = entries.filter(name => name.endsWith('.cert'))
  const client = certs.map(name => ({
    cert: `${at}/${name}`,
    key: `${at}/${name.replace(/\.cert$/, '.key')}`,
  }))
  const lone = loneFile(entries)
  if (lone === undefined) return { ca, client }
  const message = `${lone.missing} is missing beside this file: Docker fails every pull through this host, without fallback`
  return {
    ca,
    client,
    failure: { file: `${at}/${lone.name}`, message, hint: `add ${lone.missing}, or remove this file` },
  }
}

/** A certificate without its key, or a key without its certificate. */
export function loneFile(
  entries: readonly string[],
): { readonly name: string; readonly missing: string } | undefined {
  const other: Readonly<Record<string, string>> = { '.cert': '.key', '.key': '.cert' }
  for (const name of entries) {
    const ending = /\.(cert|key)$/.exec(name)?.[0] ?? ''
    const missing = ending === '' ? name : name.slice(0, -ending.length) + other[ending]
    if (!entries.includes(missing)) return { name, missing }
  }
  return undefined
}

/** An endpoint without headers; a host that is not verified gets no client certificate either. */
export function plainEndpoint(
  url: string,
  role: EffectiveEndpoint['role'],
  snapshot: DockerSnapshot,
): EffectiveEndpoint {
  const host = hostIn(url)
  const skipVerify = isInsecure(host, insecureEntries(snapshot))
  const { ca, client } = skipVerify ? { ca: [], client: [] } : certificatesFor(host, snapshot)
  const plainUrl = url.replace(/^https:/, 'http:')
  return {
    ...{ url, role, capabilities: ['pull', 'resolve'], skipVerify, ca, client, header: [] },
    ...(skipVerify && role === 'server' && plainUrl !== url && { plainUrl }),
  }
}
