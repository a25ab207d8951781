/** The address of an endpoint as k3s reads it (normalizeEndpointAddress, pkg/agent/containerd/config.go@06ea261c). Pure. */
import { isLoopback } from '../../../model/registry.ts'

export interface EndpointUrl {
  /** `https://host:5000`, as written in `[host."…"]`. */
  readonly origin: string
  /** The host and port, by which `configs` are found. */
  readonly host: string
  /** What precedes `/<repository>`: `/v2`, or the path as written. */
  readonly path: string
  readonly overridesPath: boolean
}

/** Undefined where k3s ignores it. */
export function endpointUrl(written: string): EndpointUrl | undefined {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(written) ?? ['', undefined, written]
  const [, authority = '', path = ''] = /^([^/?#]*)([^?#]*)/s.exec(rest) ?? []
  const host = hubHost(authority.replace(/^.*@/, ''))
  if (!isAuthority(host) || /[\s\\"]/.test(path) || /:\/\//.test(rest)) return undefined
  const used = (scheme ?? usualScheme(host)).toLowerCase()
  const isUsual = ['', '/', '/v2'].includes(path)
  return { origin: `${used}://${host}`, host, path: isUsual ? '/v2' : path, overridesPath: !isUsual }
}

/** docker.DefaultHost, core/remotes/docker/registry.go@v2.3.4 */
export function hubHost(host: string): string {
  return host === 'docker.io' ? 'registry-1.docker.io' : host
}

/** A port of digits, as net/url reads it. */
function isAuthority(host: string): boolean {
  return /^(\[[0-9a-f:.]+\]|[^\s"\\[\]:<>^`{|}]+)?(:\d*)?$/i.test(host)
}

/** Over http only to a loopback host with a port other than 443. */
function usualScheme(host: string): string {
  const [, port = ''] = /:(\d*)$/.exec(host.replace(/^\[.*\]/, '')) ?? []
  return isLoopback(host) && port !== '' && port !== '443' ? 'http' : 'https'
}
