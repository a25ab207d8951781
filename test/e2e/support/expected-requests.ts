/**
 * The requests that a pull must send for a list, in the format of the log of the proxy: tests with a real containerd
 * compare them.
 */
import { readFileSync } from 'node:fs'
import TOML from '@iarna/toml'
import type { WrittenList } from '../../../lib/list/written.ts'
import { ENV, TLS } from '../../support/arbitrary/lists.ts'
import type { Endpoint } from '../../support/containerd-hosts.ts'
import { expectedEndpoints } from '../../support/expected-endpoints.ts'

export interface Image {
  readonly registry: string
  readonly repository: string
}

export function readList(file: string): WrittenList {
  return TOML.parse(readFileSync(file, 'utf8')) as unknown as WrittenList
}

/** The requests for the tag of `registry/repository:latest`, in order, by one key of the list. */
export function expectedRequests(list: WrittenList, key: string, image: Image): string[] {
  return requestsFor('latest', expectedEndpoints(list, key, image.registry, { env: ENV, files: TLS }), image)
}

/**
 * The requests for a tag or a digest to these endpoints. A tag goes to endpoints that may pull and resolve, a digest to all
 * that may pull (core/remotes/docker/resolver.go:252-270@v2.3.4). `logged`: loopback origins that log requests too.
 */
export function requestsFor(
  reference: string,
  endpoints: readonly Endpoint[],
  image: Image,
  logged: readonly string[] = [],
): string[] {
  const needs = reference.includes(':') ? ['pull'] : ['pull', 'resolve']
  return endpoints
    .filter(({ capabilities }) => needs.every(need => capabilities.includes(need)))
    .filter(({ base }) => logged.includes(new URL(base).origin) || !isLoopback(base))
    .map(({ base }) => formatRequest(base, `/${image.repository}/manifests/${reference}`, image.registry))
}

/** One request as the proxy sees it: of an https URL only host and port. */
function formatRequest(base: string, path: string, registry: string): string {
  const { protocol, hostname, host, port } = new URL(base)
  if (protocol === 'https:') return `${hostname}:${port || 443}`
  // The registry's own host gets no `ns` parameter (registry.go:85-92@v2.3.4).
  const own = registry === 'docker.io' ? ['docker.io', 'registry-1.docker.io'] : [registry]
  return base + path + (own.includes(host) ? '' : `?ns=${encodeURIComponent(registry)}`)
}

/** Requests to this machine use no proxy. */
function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
}
