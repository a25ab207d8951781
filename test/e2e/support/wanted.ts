/**
 * Whom a list wants to be asked, worked out from its text alone: the oracle of the tests over whole lists.
 */
import { readFileSync } from 'node:fs'
import TOML from '@iarna/toml'

interface Table {
  readonly server?: string
  readonly fallback?: boolean
  readonly mirrors?: readonly (string | { readonly url: string; readonly capabilities?: readonly string[] })[]
}

interface List {
  readonly registries: Readonly<Record<string, Table>>
  readonly targets?: { readonly containerd?: { readonly version?: string } }
}

export function readList(file: string): List {
  return TOML.parse(readFileSync(file, 'utf8')) as unknown as List
}

/**
 * The endpoints that must be asked for the tag of `registry/repository:latest`, in order and in the words of the
 * log of the world outside. Those on loopback are not seen there and left out.
 */
export function wanted(
  name: string,
  table: Table,
  image: { registry: string; repository: string },
): string[] {
  const mirrors = (table.mirrors ?? []).map(mirror => (typeof mirror === 'string' ? { url: mirror } : mirror))
  const asked = mirrors.filter(({ capabilities }) => capabilities?.includes('resolve') ?? true)
  const server = table.fallback === false ? [] : [serverOf(name, table, image.registry)]
  const path = `/v2/${image.repository}/manifests/latest?ns=${image.registry}`
  return [...asked.map(({ url }) => url), ...server]
    .map(url => new URL(url))
    .filter(({ hostname }) => hostname !== '127.0.0.1' && hostname !== 'localhost')
    .map(url => (url.protocol === 'http:' ? url.origin + path : `${url.hostname}:${url.port || 443}`))
}

/** docker.io is served elsewhere, whatever its list says. */
function serverOf(name: string, { server }: Table, registry: string): string {
  return name === 'docker.io' ? 'https://registry-1.docker.io' : (server ?? `https://${registry}`)
}
