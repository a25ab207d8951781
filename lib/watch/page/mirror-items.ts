/** The mirrors of a registry on the status page, a line each. Pure. */

import { healthText, isUsable } from '../../health/health.ts'
import { listUrl } from '../../model/list-url.ts'
import { certificateExpiry, daysUntil } from '../../wording/certificate-expiry.ts'
import type { MirrorStatus } from '../serve/status.ts'
import { HEALTH_MARKS } from './marks.ts'
import { html, type Markup } from './markup.ts'
import { latencyRange, sparkline } from './sparkline.ts'
import { clock, span } from './time.ts'

/** In the order in which they are written; those that are not come last. */
export function mirrorItems(mirrors: readonly MirrorStatus[], now: number): readonly Markup[] {
  const positionOf = ({ position }: MirrorStatus) => position ?? Number.MAX_SAFE_INTEGER
  return mirrors
    .toSorted((a, b) => positionOf(a) - positionOf(b))
    .map(
      mirror =>
        html`<li>${positionCell(mirror)}<span class="url">${listUrl(mirror.url)}${targetsNote(mirror)}</span>${stateCell(mirror, now)}<span class="ms">${latencyText(mirror)}</span><span class="hour">${sparkline(mirror.samples, now)}<span class="soft">${latencyRange(mirror.samples)}</span></span>${note(mirror, now)}${certificateNote(mirror, now)}</li>
`,
    )
}

/** ` for containers`, where other targets are probed apart. */
export function forTargets(targets: MirrorStatus['targets']): string {
  return targets === undefined ? '' : ` for ${targets.join(' and ')}`
}

function targetsNote({ targets }: MirrorStatus): Markup | undefined {
  return targets === undefined ? undefined : html`<span class="soft">${forTargets(targets)}</span>`
}

function positionCell({ position }: MirrorStatus): Markup {
  return position === undefined
    ? html`<span class="position out" title="not written">–<span class="aside"> not written</span></span>`
    : html`<span class="position"><span class="aside">position </span>${position}</span>`
}

function stateCell({ health, since, probedAt }: MirrorStatus, now: number): Markup {
  if (probedAt === undefined) return html`<span class="state">· not probed yet</span>`
  return html`<span class="state">${healthMark(health)} <span class="soft">for ${span(now - since)}</span></span>`
}

export function healthMark(health: MirrorStatus['health']): Markup {
  const { mark, grade } = HEALTH_MARKS[health]
  return html`<span class="${grade}"><span aria-hidden="true">${mark}</span> ${healthText(health)}</span>`
}

function latencyText({ health, latencyMs }: MirrorStatus): string {
  if (latencyMs === undefined || !isUsable(health)) return ''
  return `${latencyMs.toFixed(latencyMs < 10 ? 1 : 0)} ms`
}

/** Why it is not healthy, and when it is probed next; nothing about a healthy one. */
function note(mirror: MirrorStatus, now: number): Markup | undefined {
  const { health, reason, detail, since, position } = mirror
  if (health === 'healthy' && reason === undefined) return undefined
  const cause = [reason ?? [], detail ?? []].flat().join(': ')
  const removed = position === undefined ? html`<b>removed</b> · ` : undefined
  return html`<p class="note">${removed}since ${clock(since, now)} UTC${probeTimes(mirror, now)}${cause === '' ? undefined : html`<br><span class="cause">${cause}</span>`}</p>`
}

/** Nothing while there is enough time to renew it. */
export function certificateNote(
  { certificateExpiresAt }: Pick<MirrorStatus, 'certificateExpiresAt'>,
  now: number,
): Markup | undefined {
  if (certificateExpiresAt === undefined) return undefined
  const when = certificateExpiry(daysUntil(certificateExpiresAt, now))
  return when === undefined
    ? undefined
    : html`<p class="note"><span class="warning">its certificate ${when}</span>; renew it</p>`
}

function probeTimes({ probedAt, nextAt }: MirrorStatus, now: number): Markup | undefined {
  if (probedAt === undefined) return undefined
  const next = nextAt <= now ? 'now' : `in ${span(nextAt - now)}`
  return html` · probed ${span(now - probedAt)} ago, next probe ${next}`
}
