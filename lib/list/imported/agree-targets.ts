/** What several runtimes of a node have, as the registries of one list. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { FoundEndpoint, FoundMirror, FoundRegistry, Loss, ReadBack } from '../../model/read-back.ts'
import { mergeRegistries } from './merge-registries.ts'

export interface ReadTarget {
  readonly target: string
  readonly found: ReadBack
}

/**
 * A registry is for the runtimes that have the same mirrors for it. Where they differ, the first runtime has priority, and
 * the mirrors of the others are losses: a list has each registry once.
 */
export function agreeTargets(read: readonly ReadTarget[]): ReadBack {
  const merged = read.map(({ target, found }) => ({ target, ...mergeRegistries(found.registries) }))
  const registries = new Map<string, FoundRegistry & { readonly targets: readonly string[] }>()
  const losses: Loss[] = [...read.flatMap(({ found }) => found.losses), ...merged.flatMap(one => one.losses)]
  for (const { target, registries: found } of merged)
    for (const registry of found) {
      const first = registries.get(registry.name)
      if (first === undefined) registries.set(registry.name, { ...registry, targets: [target] })
      else if (isDeepStrictEqual(meaningOf(first), meaningOf(registry)))
        registries.set(registry.name, joined(first, registry, target))
      else losses.push(otherMirrors(first, registry, target))
    }
  return { registries: [...registries.values()], losses }
}

/** Waiting times and CAs of the first that names them: runtimes have them in different places, or not at all. */
function joined<First extends FoundRegistry & { readonly targets: readonly string[] }>(
  first: First,
  second: FoundRegistry,
  target: string,
): First {
  const mirrors = first.mirrors.map((mirror, i) => withCertificates(mirror, second.mirrors[i]))
  const server = first.server && withCertificates(first.server, second.server)
  return { ...first, mirrors, ...(server && { server }), targets: [...first.targets, target] }
}

function withCertificates<Endpoint extends FoundEndpoint>(
  first: Endpoint,
  second: FoundEndpoint | undefined,
): Endpoint {
  const { ca, client } = second ?? {}
  return {
    ...first,
    ...(first.ca === undefined && ca !== undefined && { ca }),
    ...(first.client === undefined && client !== undefined && { client }),
  }
}

function meaningOf({ name, mirrors, server, fallback = true }: FoundRegistry): unknown {
  const isUsual = server === undefined || server.url === '' || isOwnServer(name, server.url)
  return [
    mirrors.map(mirror => [...endpointMeaning(mirror), capabilitiesOf(mirror)]),
    server && !isUsual
      ? endpointMeaning(server)
      : [server && endpointMeaning(server).slice(1)].filter(isSpecial),
    fallback,
  ]
}

function isSpecial(keys: readonly unknown[] | undefined): boolean {
  return keys !== undefined && !isDeepStrictEqual(keys, [false, []])
}

function isOwnServer(name: string, url: string): boolean {
  const host = name === 'docker.io' ? 'registry-1.docker.io' : name
  return url.replace(/\/v2$/, '') === `https://${host}`
}

function endpointMeaning({ url, skipVerify = false, header = {}, login }: FoundEndpoint): readonly unknown[] {
  const basic = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
  const headers = Object.entries({ ...header, ...(basic && { authorization: basic }) })
  const named = headers.map(([key, value]) => [key.toLowerCase(), value] as const)
  return [url, skipVerify, named.toSorted(([a], [b]) => (a < b ? -1 : 1))]
}

function capabilitiesOf({ capabilities = ['pull', 'resolve'] }: FoundMirror): readonly string[] {
  return capabilities.filter(capability => capability !== 'push').toSorted()
}

function otherMirrors(
  first: FoundRegistry & { readonly targets: readonly string[] },
  { name, at }: FoundRegistry,
  target: string,
): Loss {
  const firsts = first.targets.join(' and ')
  const message = `${target} has other mirrors or settings for ${name} than ${firsts}, and a list has each registry once`
  const hint = `the list has those of ${place(first)}; for a list of this runtime alone, run regmirror import --target ${target}`
  return { ...at, registry: name, message, hint }
}

function place({ at: { file, line } }: FoundRegistry): string {
  return line === undefined ? file : `${file}:${line}`
}
