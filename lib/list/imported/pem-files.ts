/** Certificates and keys of what was found. Pure. */
import type { FoundEndpoint, FoundRegistry } from '../../model/read-back.ts'

function endpointsOf({ mirrors, server }: FoundRegistry): readonly FoundEndpoint[] {
  return server === undefined ? mirrors : [...mirrors, server]
}

/** Each path once. */
export function pemFiles(registries: readonly FoundRegistry[]): ReadonlySet<string> {
  const endpoints = registries.flatMap(endpointsOf)
  return new Set(
    endpoints.flatMap(({ ca = [], client }) => [...ca, ...(client ? [client.cert, client.key] : [])]),
  )
}
