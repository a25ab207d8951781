/** What healthy endpoints show that will fail later, or that sends secrets elsewhere. Pure. */
import type { Notice, Probe } from '../model/report.ts'
import { certificateExpiry } from '../wording/certificate-expiry.ts'

const SKEW_S = 60

export function probeNotices(probes: readonly Probe[]): readonly Notice[] {
  return probes.flatMap(probe => [
    ...certificateNotices(probe),
    ...clockNotice(probe),
    ...secretNotice(probe),
  ])
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
function secretNotice(probe: Probe): readonly Notice[] {
  if (!probe.challenges || probe.role === 'server') return []
  const isPlain = probe.url.startsWith('http:')
  if (!isPlain && isInDomainOfRegistry(probe)) return []
  const how = isPlain ? ', over plain HTTP' : ''
  const message = `requires credentials (401): a runtime sends it the pull secrets for ${probe.registry}${how}`
  return [noticeAbout(probe, 'offered_pull_secrets', message)]
}

function isInDomainOfRegistry({ url, registry }: Probe): boolean {
  const domain = (host: string) => host.replace(/:\d+$/, '').split('.').slice(-2).join('.')
  return domain(new URL(url).hostname) === domain(registry)
}

function noticeAbout({ registry, url }: Probe, code: string, message: string): Notice {
  return { code, message, registry, mirror: url }
}
