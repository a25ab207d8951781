/** Reports a certificate that expires soon: once, and once more when it has expired. */
import type { Probe } from '../model/report.ts'
import { certificateNotices } from '../pipeline/probe-notices.ts'
import { noticeEvents } from './events.ts'
import type { Host } from './host/host.ts'
import type { Memory, Watched } from './memory.ts'
import { reportEvent } from './report-event.ts'

export function reportCertificate(watched: Watched, probe: Probe, memory: Memory, host: Host): void {
  const { tls } = probe
  if (tls === undefined) return
  watched.certificateExpiresAt = Date.parse(tls.expires)
  const state = `${tls.expires} ${tls.days < 0 ? 'expired' : 'expires'}`
  const notices = certificateNotices({ ...probe, registry: watched.endpoint.registry })
  if (notices.length === 0 || state === watched.reportedCertificate) return
  watched.reportedCertificate = state
  for (const event of noticeEvents(notices)) reportEvent(memory, event, host)
}
