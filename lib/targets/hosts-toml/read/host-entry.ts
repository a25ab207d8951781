/** A host of hosts.toml with its keys, as containerd reads it (parseHostConfig, hosts.go:423-548@v2.3.4). Pure. */
import path from 'node:path'
import { isTable } from '../../../formats/is-table.ts'
import type { Capability } from '../../../model/registry.ts'
import type { EffectiveEndpoint } from '../../pull-route.ts'
import type { Release } from '../../release.ts'
import { knowsDialTimeout } from '../known-keys.ts'
import { CAPABILITIES, faultIn, type HostFault, isPath, isPathList, wordsIn } from './host-faults.ts'
import { cleanPath, parseHostUrl } from './host-url.ts'
import type { HostKeys } from './hosts-keys.ts'

export interface HostEntry extends Pick<EffectiveEndpoint, 'client' | 'dialTimeout'> {
  /** The static headers with their values, which are secrets. */
  readonly header: Readonly<Record<string, string>>
  /** `dial_timeout` as written, where this containerd ignores it. */
  readonly ignoredTimeout?: string
  /** Empty: this entry names no host. */
  readonly host: string
  readonly scheme: string
  /** Of the API base, from `/` on. */
  readonly path: string
  readonly capabilities: readonly Capability[]
  /** Absent: not given. An empty list counts as given. */
  readonly ca?: readonly string[]
  readonly skipVerify?: boolean
}

const NO_URL = {
  reason: 'its address is no URL',
  hint: 'write it in full, such as https://mirror.example.com',
}

/** The entry of `url`, which is empty where the root has no `server`. Relative paths start at `directory`. */
export function readHostEntry(
  url: string,
  keys: HostKeys,
  directory: string,
  reader: Release,
): HostEntry | HostFault {
  const place = readPlace(url, keys.override_path === true)
  if (place === undefined) return NO_URL
  const fault = faultIn(keys, reader)
  if (fault !== undefined) return fault
  const dialTimeout = typeof keys.dial_timeout === 'string' ? keys.dial_timeout : ''
  const timeout = knowsDialTimeout(reader) ? { dialTimeout } : { ignoredTimeout: dialTimeout }
  return {
    ...place,
    capabilities: readCapabilities(keys.capabilities),
    ...(keys.ca !== undefined && { ca: pathsIn(keys.ca, directory) }),
    client: clientsIn(keys.client, directory),
    ...(typeof keys.skip_verify === 'boolean' && { skipVerify: keys.skip_verify }),
    header: headersIn(keys.header),
    ...(dialTimeout !== '' && timeout),
  }
}

/** `/v2` is appended unless the path ends in it or is overridden (hosts.go:429-449@v2.3.4). */
function readPlace(
  url: string,
  overridePath: boolean,
): Pick<HostEntry, 'host' | 'scheme' | 'path'> | undefined {
  if (url === '') return { host: '', scheme: '', path: '' }
  const parts = parseHostUrl(url.startsWith('http') ? url : `https://${url}`)
  if (parts === undefined) return undefined
  const clean = parts.path === '' ? '' : cleanPath(parts.path)
  const base = overridePath || clean.endsWith('/v2') ? clean : `${clean}/v2`
  return { ...parts, path: path.posix.join('/', base) }
}

/** None given means all of them. */
function readCapabilities(value: unknown): readonly Capability[] {
  const words = wordsIn(value)
  return words.length === 0 ? CAPABILITIES : CAPABILITIES.filter(capability => words.includes(capability))
}

/** makeAbsPath, hosts.go:606@v2.3.4. */
function absolute(file: string, directory: string): string {
  return path.posix.isAbsolute(file) ? file : cleanPath(path.posix.join(directory, file))
}

function pathsIn(value: unknown, directory: string): readonly string[] {
  const files = isPath(value) ? [value] : isPathList(value) ? value : []
  return files.map(file => absolute(file, directory))
}

function clientsIn(value: unknown, directory: string): HostEntry['client'] {
  const items: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return items.map(item => {
    const [cert = '', key] = pathsIn(item, directory)
    return { cert, ...(key !== undefined && { key }) }
  })
}

/** Of several values of one name, containerd sends each; a probe sends the first one. */
function headersIn(value: unknown): HostEntry['header'] {
  if (!isTable(value)) return {}
  const first = (item: unknown) => String(Array.isArray(item) ? (item[0] ?? '') : item)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, first(item)]))
}
