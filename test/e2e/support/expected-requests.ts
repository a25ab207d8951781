/**
 * Whom a list wants to be asked for an image, in the words of the log of the world outside: the oracle of the tests
 * in which a real containerd asks.
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

/** Who must be asked for the tag of `registry/repository:latest`, in order, by what the list says under a key. */
export function expectedRequests(list: WrittenList, key: string, image: Image): string[] {
  return requestsFor('latest', expectedEndpoints(list, key, image.registry, { env: ENV, files: TLS }), image)
}

/**
 * The requests for a tag or a digest to these endpoints. A tag is asked of those who may pull and resolve, a digest of
 * all who may pull (core/remotes/docker/resolver.go:252-270@v2.3.4). `heard`: origins on loopback that are listened to.
 */
export function requestsFor(
  reference: string,
  endpoints: readonly Endpoint[],
  image: Image,
  heard: readonly string[] = [],
): string[] {
  const needs = reference.includes(':') ? ['pull'] : ['pull', 'resolve']
  return endpoints
    .filter(({ capabilities }) => needs.every(need => capabilities.includes(need)))
    .filter(({ base }) => heard.includes(new URL(base).origin) || !isLoopback(base))
    .map(({ base }) => formatRequest(base, `/${image.repository}/manifests/${reference}`, image.registry))
}

/** One request as the world outside sees it: of an https url only the machine. */
function formatRequest(base: string, path: string, registry: string): string {
  const { protocol, hostname, host, port } = new URL(base)
  if (protocol === 'https:') return `${hostname}:${port || 443}`
  // A registry's own host is not told of which registry it is asked (registry.go:85-92@v2.3.4).
  const own = registry === 'docker.io' ? ['docker.io', 'registry-1.docker.io'] : [registry]
  return base + path + (own.includes(host) ? '' : `?ns=${encodeURIComponent(registry)}`)
}

/** What goes to this machine goes through no proxy. */
function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
}
