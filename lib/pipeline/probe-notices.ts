/** What healthy endpoints show that will hurt one day, or somebody else. Pure. */
import type { Notice, Probe } from '../model/report.ts'

const EXPIRY_DAYS = 14
const SKEW_S = 60

export function probeNotices(probes: readonly Probe[]): readonly Notice[] {
  return probes.flatMap(probe => [...certificateNotice(probe), ...clockNotice(probe), ...secretNotice(probe)])
}

function certificateNotice(probe: Probe): readonly Notice[] {
  if (probe.tls === undefined || probe.tls.days > EXPIRY_DAYS) return []
  const days = probe.tls.days === 1 ? '1 day' : `${probe.tls.days} days`
  return [about(probe, 'certificate_expires', `its certificate is valid for ${days} more: have it renewed`)]
}

function clockNotice(probe: Probe): readonly Notice[] {
  const skew = probe.clock_skew_s ?? 0
  if (Math.abs(skew) < SKEW_S) return []
  const what = `its clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} that of this node`
  return [about(probe, 'clock_skew', `${what}: tokens and certificates may be refused`)]
}

/**
 * Without a server address in the pull secret, and a kubelet gives none, containerd offers the credentials of the
 * registry to any endpoint that asks with 401 (internal/cri/server/images/image_pull.go:341-377@v2.3.4).
 */
function secretNotice(probe: Probe): readonly Notice[] {
  if (!probe.challenges || probe.role === 'server') return []
  const plain = probe.url.startsWith('http:')
  if (!plain && isOfSameOwner(probe)) return []
  const how = plain ? ', over plain http' : ''
  const message = `asks for credentials with 401: a runtime offers it the pull secrets for ${probe.registry}${how}`
  return [about(probe, 'offered_pull_secrets', message)]
}

/** Whether the mirror is in the domain of the registry itself. */
function isOfSameOwner({ url, registry }: Probe): boolean {
  const domain = (host: string) => host.replace(/:\d+$/, '').split('.').slice(-2).join('.')
  return domain(new URL(url).hostname) === domain(registry)
}

function about({ registry, url }: Probe, code: string, message: string): Notice {
  return { code, message, registry, mirror: url }
}
