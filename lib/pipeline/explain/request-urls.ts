/** The URLs that a pull requests from an endpoint. Pure. */
import type { ExplainedRequests } from '../../model/explain-report.ts'
import { type Capability, mayResolve } from '../../model/registry.ts'
import type { EffectiveEndpoint, ImageName } from '../../targets/pull-route.ts'

/** Stands for a digest that only the registry knows. */
const UNKNOWN_DIGEST = '{digest}'

export function requestUrls(
  endpoint: Pick<EffectiveEndpoint, 'url' | 'ns' | 'capabilities'>,
  image: ImageName,
  digest?: string,
): ExplainedRequests {
  const isDigest = image.reference.includes(':')
  const content = isDigest ? image.reference : (digest ?? UNKNOWN_DIGEST)
  const at = (kind: 'manifests' | 'blobs', reference: string) => urlOf(endpoint, image, kind, reference)
  const resolves = isDigest ? mayPull(endpoint) : mayResolve(endpoint)
  return {
    ...(resolves && { resolve: at('manifests', image.reference) }),
    manifest: at('manifests', content),
    blob: at('blobs', UNKNOWN_DIGEST),
  }
}

function mayPull({ capabilities }: { readonly capabilities: readonly Capability[] }): boolean {
  return capabilities.includes('pull')
}

function urlOf(
  { url, ns }: Pick<EffectiveEndpoint, 'url' | 'ns'>,
  { repository }: ImageName,
  kind: string,
  reference: string,
): string {
  const query = ns === undefined ? '' : `?ns=${encodeURIComponent(ns)}`
  return `${url}/${repository}/${kind}/${reference}${query}`
}
