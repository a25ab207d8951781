/** Image names as containerd reads and completes them (distribution.ParseDockerRef, IP:165@v2.3.4). Pure. */
import type { ImageName } from '../../pull-route.ts'
import { atLeast, type Release } from '../../release.ts'

const HUB = 'docker.io'

const NAME = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const DOMAIN = `${NAME}(?:\\.${NAME})*`
const IPV6 = '\\[[a-fA-F0-9:]+\\]'
const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const TAG = '\\w[\\w.-]{0,127}'
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'

/** github.com/distribution/reference regexp.go@v0.6.0 (containerd 1.6: reference/docker/reference.go:439-523@v1.6.20). */
function pattern(domain: string): RegExp {
  return new RegExp(`^(?:${domain})(?::[0-9]+)?/(${PART}(?:/${PART})*)(?::(${TAG}))?(?:@(${DIGEST}))?$`)
}

const REFERENCE = pattern(`${DOMAIN}|${IPV6}`)
/** 1.6 knows no IPv6 address in a name. */
const REFERENCE_1_6 = pattern(DOMAIN)

/** The name that a pull of `text` is for, or what is wrong with it. */
export function parseImageName(text: string, reader: Release): ImageName | { readonly problem: string } {
  if (/^[a-f0-9]{64}$/.test(text)) return { problem: 'this is an image ID, not an image name' }
  const { registry, rest } = splitName(text, reader)
  const repository = rest.split(':', 1)[0] ?? ''
  if (repository !== repository.toLowerCase()) return { problem: 'a repository name must be lower case' }
  const match = (knowsIpv6(reader) ? REFERENCE : REFERENCE_1_6).exec(`${registry}/${rest}`)
  const [, path, tag, digest] = match ?? []
  if (path === undefined) return { problem: 'this is not an image name' }
  // 1.6 counts the registry, too (reference/docker/reference.go NameTotalLengthMax@v1.6.20).
  const name = knowsIpv6(reader) ? path : `${registry}/${path}`
  if (name.length > 255) return { problem: 'a repository name must not exceed 255 characters' }
  if (digest !== undefined && !isDigest(digest)) return { problem: 'the digest is invalid' }
  return { registry, repository: path, reference: digest ?? tag ?? 'latest' }
}

/** splitDockerDomain, normalize.go:130-178@v0.6.0: the first part is a registry if it looks like a host name. */
function splitName(text: string, reader: Release): { registry: string; rest: string } {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(slash, 0))
  if (slash === -1 || !isRegistry(first, reader)) return withLibrary(HUB, text)
  return withLibrary(first === 'index.docker.io' ? HUB : first, text.slice(slash + 1))
}

/** 1.6 does not take a name in capitals for a registry (reference/docker/reference.go:669@v1.6.20). */
function isRegistry(first: string, reader: Release): boolean {
  if (first === 'localhost' || /[.:]/.test(first)) return true
  return atLeast(reader, '1.7.0') && first !== first.toLowerCase()
}

function withLibrary(registry: string, rest: string): { registry: string; rest: string } {
  return { registry, rest: registry === HUB && !rest.includes('/') ? `library/${rest}` : rest }
}

function knowsIpv6(reader: Release): boolean {
  return atLeast(reader, '1.7.0')
}

const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }

/** github.com/opencontainers/go-digest digest.go Validate@v1.0.0. */
function isDigest(text: string): boolean {
  const [algorithm = '', hex = ''] = text.split(':')
  return (
    Object.hasOwn(DIGEST_LENGTHS, algorithm) &&
    /^[a-f0-9]+$/.test(hex) &&
    hex.length === DIGEST_LENGTHS[algorithm]
  )
}
