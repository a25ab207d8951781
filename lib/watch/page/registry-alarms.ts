/** Alarms about registries: a line for each of a few, and one line for many. Pure. */

import { healthText, isUsable } from '../../health/health.ts'
import { listUrl } from '../../model/list-url.ts'
import { certificateExpiry, daysUntil } from '../../wording/certificate-expiry.ts'
import { plural } from '../../wording/plural.ts'
import { registryCause, registryStatusText } from '../../wording/registry-health-text.ts'
import { gradeRegistry, isNetworkSuspect } from '../serve/problems.ts'
import type { RegistryStatus, WatchStatus } from '../serve/status.ts'
import { type Alarm, problem, warning } from './alarm.ts'
import { html, type Markup } from './markup.ts'
import { registryAnchor, registryTitle } from './registry-name.ts'
import { ago, span } from './time.ts'

/** With more lines, each would get less attention. */
const FEW = 3

/** Registries whose pulls by tag fail. */
export function outages(status: WatchStatus): readonly Alarm[] {
  const probed = status.registries.filter(({ mirrors }) => mirrors.length > 0)
  const isEveryUnhealthy = probed.every(({ state }) => state.status === 'unhealthy')
  if (probed.length > 1 && isEveryUnhealthy && isNetworkSuspect(status)) return [blackout(probed, status)]
  const out = status.registries.filter(registry => gradeRegistry(registry) === 'problem')
  if (out.length <= FEW) return out.map(registry => outage(registry, status))
  return [problem(html`<b>Registries ${links(out, status)} are unhealthy</b>: pulls by tag fail.`)]
}

/** Registries that work with fewer or slower mirrors. */
export function weaknesses(status: WatchStatus): readonly Alarm[] {
  const weak = status.registries.filter(registry => gradeRegistry(registry) === 'warning')
  if (weak.length <= FEW) return weak.map(registry => weakness([registry], status))
  return [weakness(weak, status)]
}

function blackout(registries: readonly RegistryStatus[], { now }: WatchStatus): Alarm {
  const since = latestChange(registries)
  return problem(
    html`<b>All ${registries.length} registries with mirrors have been unhealthy</b> for ${span(now - since)}: check this node's network first.`,
  )
}

function outage(registry: RegistryStatus, status: WatchStatus): Alarm {
  const { state } = registry
  // Pulls by tag may have failed before the last mirror became unhealthy, or without that.
  const since = state.status === 'unhealthy' ? latestChange([registry]) : 0
  const text = registryStatusText(state)
  const head =
    since === 0
      ? html`<b>Registry ${links([registry], status)} is ${text}</b>`
      : html`<b>Registry ${links([registry], status)} has been ${text}</b> for ${span(status.now - since)}`
  return problem(html`${head}: ${registryCause(state)}.`)
}

function weakness(registries: readonly RegistryStatus[], status: WatchStatus): Alarm {
  const mirrors = registries.flatMap(registry => registry.mirrors)
  const weak = mirrors.filter(({ health }) => health !== 'healthy')
  const counts = (['unhealthy', 'rate_limited', 'degraded', 'unknown'] as const).flatMap(health => {
    const count = weak.filter(mirror => mirror.health === health).length
    return count === 0 ? [] : [`${count} ${healthText(health)}`]
  })
  const since = Math.max(...weak.map(mirror => mirror.since))
  const all = plural(mirrors.length, 'mirror', 'mirrors')
  if (weak.length === 0) return warning(html`${links(registries, status)}: the health is unknown.`)
  return warning(
    html`${links(registries, status)}: ${counts.join(', ')} of ${all}; last change ${ago(since, status.now)}.`,
  )
}

/** When the last mirror became unusable; 0: none is. */
function latestChange(registries: readonly RegistryStatus[]): number {
  const unusable = registries
    .flatMap(({ mirrors }) => mirrors)
    .filter(({ health }) => health !== 'unknown' && !isUsable(health))
  return Math.max(...unusable.map(({ since }) => since), 0)
}

/** Certificates that expire soon: an endpoint of several registries has one. */
export function expiringCertificates({ registries, now }: WatchStatus): readonly Alarm[] {
  const endpoints = registries.flatMap(({ mirrors, servers }) => [...mirrors, ...servers])
  const texts = endpoints.flatMap(({ url, certificateExpiresAt }) => {
    const when =
      certificateExpiresAt === undefined ? undefined : certificateExpiry(daysUntil(certificateExpiresAt, now))
    return when === undefined ? [] : [`the certificate of ${listUrl(url)} ${when}; renew it.`]
  })
  return [...new Set(texts)].map(text => warning(html`${text}`))
}

/** `a, b, c and 5 more`. */
function links(registries: readonly RegistryStatus[], status: WatchStatus): Markup {
  const shown = registries
    .slice(0, FEW)
    .map(
      (registry, i) =>
        html`${i === 0 ? '' : ', '}<a href="#${registryAnchor(status, registry)}">${registryTitle(registry)}</a>`,
    )
  const more = registries.length - FEW
  return html`${shown}${more > 0 ? ` and ${more} more` : ''}`
}
