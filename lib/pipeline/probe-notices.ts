/** What healthy endpoints show that will fail later, or that sends secrets elsewhere. Pure. */
import { baseUrl, type MirrorList, type Registry } from '../model/registry.ts'
import type { Notice, Probe } from '../model/report.ts'
import { certificateExpiry } from '../wording/certificate-expiry.ts'

const SKEW_S = 60

export function probeNotices(
  { registries }: MirrorList,
  probes: readonly Probe[],
  deeper = '--depth manifest',
): readonly Notice[] {
  const authorized = new Set(registries.flatMap(authorizedEndpoints))
  const isAuthorized = ({ registry, url }: Probe) => authorized.has(`${registry} ${url}`)
  return probes.flatMap(probe => [
    ...certificateNotices(probe),
    ...clockNotice(probe),
    ...headerNotice(probe, isAuthorized(probe), deeper),
    ...secretNotice(probe, isAuthorized(probe)),
  ])
}

/** Endpoints for which the list has an Authorization header. */
function authorizedEndpoints({ name, mirrors, server }: Registry): readonly string[] {
  const endpoints = [...mirrors, ...(server === undefined ? [] : [server])]
  return endpoints
    .filter(({ header }) => Object.keys(header).some(key => key.toLowerCase() === 'authorization'))
    .map(({ base }) => `${name} ${baseUrl(base)}`)
}

/** A registry with a token service responds to `/v2/` with 401, whether it accepts the header or not. */
function headerNotice(probe: Probe, isAuthorized: boolean, deeper: string): readonly Notice[] {
  if (!probe.challenges || !isAuthorized || probe.depth !== 'ping' || probe.status !== 'healthy') return []
  const message = `/v2/ does not show whether it accepts the Authorization header in the list; add ${deeper}`
  return [noticeAbout(probe, 'header_unverified', message)]
}

/** Empty unless it expires soon, or has expired: with skip_verify it is used all the same. */
export function certificateNotices(probe: Probe): readonly Notice[] {
  const when = probe.tls && certificateExpiry(probe.tls.days)
  if (when === undefined) return []
  return [noticeAbout(probe, 'certificate_expires', `its certificate ${when}; renew it`)]
}

function clockNotice(probe: Probe): readonly Notice[] {
  const skew = probe.clock_skew_s ?? 0
  if (Math.abs(skew) < SKEW_S) return []
  const problem = `its clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} this node's clock`
  const message = `${problem}; tokens and certificates may fail; check chrony or NTP on both`
  return [noticeAbout(probe, 'clock_skew', message)]
}

/**
 * Without a server address in the pull secret, and a kubelet gives none, containerd offers the credentials of the
 * registry to any endpoint that responds with 401 (internal/cri/server/images/image_pull.go:341-377@v2.3.4).
 */
function secretNotice(probe: Probe, isAuthorized: boolean): readonly Notice[] {
  if (!probe.challenges || probe.role === 'server') return []
  const isPlain = probe.url.startsWith('http:')
  if (!isPlain && isInDomainOfRegistry(probe)) return []
  const how = isPlain ? ', over plain HTTP' : ''
  const problem = isAuthorized
    ? 'responds with 401 to the Authorization header in the list: a runtime then'
    : 'requires credentials (401): a runtime'
  const message = `${problem} sends it the pull secrets for ${probe.registry}${how}`
  return [noticeAbout(probe, 'offered_pull_secrets', message)]
}

function isInDomainOfRegistry({ url, registry }: Probe): boolean {
  const domain = (host: string) => host.replace(/:\d+$/, '').split('.').slice(-2).join('.')
  return domain(new URL(url).hostname) === domain(registry)
}

function noticeAbout({ registry, url }: Probe, code: string, message: string): Notice {
  return { code, message, registry, mirror: url }
}
