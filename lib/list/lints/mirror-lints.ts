/** Lints about one mirror. Pure. */
import { isRefused } from '../../model/refused.ts'
import { baseUrl, isLoopback, type Mirror, type Registry } from '../../model/registry.ts'
import { certificatesIn, firstEnd } from '../values/pem.ts'

type MirrorLint = (mirror: Mirror, registry: Registry, now: number) => string | undefined

/** By their codes. */
export const mirrorLints: Readonly<Record<string, MirrorLint>> = {
  push_granted: ({ capabilities }) =>
    capabilities.includes('push')
      ? 'nodes can push images to this mirror; remove "push" unless you need it'
      : undefined,
  http_resolve: mirror =>
    isExposed(mirror) && mirror.capabilities.includes('resolve')
      ? 'anyone on the network path can change what a tag points to; use https, or grant "pull" only'
      : undefined,
  http_mirror: mirror =>
    isExposed(mirror)
      ? 'image names and credentials are sent to this mirror unencrypted; use https'
      : undefined,
  skip_verify: ({ skipVerify, ca }) => {
    if (!skipVerify) return undefined
    const remedy = ca.length > 0 ? 'remove skip_verify: the CA is set' : 'set its CA with ca = "…" instead'
    return `the certificate of this mirror is not verified; ${remedy}`
  },
  example_host: ({ base }) => {
    // RFC 2606, section 3: the starter lists use these names.
    const [, host] = /^\w+:\/\/((?:[^/:]+\.)?example\.(?:com|net|org))(?::\d+)?$/.exec(base.origin) ?? []
    return host && `${host} is a name for examples; write the name of your mirror`
  },
  mirror_is_server: ({ base }, { server }) =>
    server && baseUrl(server.base) === baseUrl(base)
      ? "this mirror is the registry's own server, which nodes try last; remove the mirror"
      : undefined,
  ca_expired: ({ ca }, _, now) => {
    const expired = ca.find(({ text }) => isExpired(text, now))
    return expired && `${expired.path} contains an expired certificate; replace the file`
  },
}

function isExposed({ base }: Mirror): boolean {
  const [scheme, authority = ''] = base.origin.split('://')
  return scheme === 'http' && !isLoopback(authority)
}

function isExpired(pem: string, now: number): boolean {
  const certificates = certificatesIn(pem)
  return !isRefused(certificates) && firstEnd(certificates) < now
}
