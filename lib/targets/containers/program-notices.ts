/** Programs that run and keep the files that they have read. Pure. */
import type { Notice } from '../../model/report.ts'
import { systemctl } from '../../wording/systemctl.ts'
import type { Snapshot } from './snapshot.ts'

/** `podman system service` reads the files once, and SIGHUP ends it since Podman 5 (podman#28083). */
export function serviceNotices({
  programs: { service },
  places,
}: Pick<Snapshot, 'programs' | 'places'>): readonly Notice[] {
  if (service === undefined) return []
  const unit = (service.unit ?? 'podman.service').replace(/\.service$/, '')
  const command = systemctl(`restart ${unit}`, places.layer === 'user')
  const message = `podman system service (process ${service.pid}) keeps the files that it has read: its clients get new mirrors after ${command}`
  return [{ code: 'podman_service', message, target: 'containers' }]
}

export function doubtedNotices({ programs: { doubted } }: Pick<Snapshot, 'programs'>): readonly Notice[] {
  if (doubted === undefined) return []
  const message = `process ${doubted.pid} has the name of CRI-O but ${doubted.why}; if it is CRI-O, run systemctl reload crio after a change`
  return [{ code: 'crio_doubted', message, target: 'containers' }]
}
