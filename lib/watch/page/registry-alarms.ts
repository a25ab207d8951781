/** What has to be known of registries: a line for each of a few, and one for many. Pure. */
import { canServe, whyUnavailable } from '../../health/availability.ts'
import { isUsable } from '../../health/mirror-health.ts'
import { type Grade, gradeOf } from '../serve/problems.ts'
import type { RegistryStatus, WatchStatus } from '../serve/status.ts'
import { html, type Markup } from './markup.ts'
import { ago, span } from './time.ts'

export interface Alarm {
  readonly grade: Grade
  readonly text: Markup
}

/** More lines than that say less than one. */
const FEW = 3

/** The name by which a registry is linked to on the page. */
export function anchorOf(status: WatchStatus, registry: RegistryStatus): string {
  return `registry-${status.registries.indexOf(registry) + 1}`
}

export function titleOf({ name }: RegistryStatus): string {
  return name === '*' ? '* (every other registry)' : name
}

/** Registries of which nothing can be pulled. */
export function outages(status: WatchStatus): readonly Alarm[] {
  const asked = status.registries.filter(({ mirrors }) => mirrors.length > 0)
  if (asked.length > 1 && asked.every(isSilent)) return [blackout(asked, status)]
  const out = status.registries.filter(registry => gradeOf(registry) === 'bad')
  if (out.length <= FEW) return out.map(registry => outage(registry, status))
  return [
    bad(
      html`<b>Nothing to pull ${links(out, status)} from</b>: no mirror is well, and no server is known to answer.`,
    ),
  ]
}

/** Registries that can do with fewer mirrors for a while. */
export function weaknesses(status: WatchStatus): readonly Alarm[] {
  const weak = status.registries.filter(registry => gradeOf(registry) === 'fair')
  if (weak.length <= FEW) return weak.map(registry => weakness([registry], status))
  return [weakness(weak, status)]
}

/** Not a word from anybody, not even that it is too much. */
function isSilent(registry: RegistryStatus): boolean {
  return canServe(registry) === false && registry.mirrors.every(({ health }) => health === 'down')
}

function blackout(registries: readonly RegistryStatus[], { now }: WatchStatus): Alarm {
  const latest = latestChange(registries)
  return bad(
    html`<b>Nothing can be pulled from any of ${registries.length} registries</b> for ${span(now - latest)}: look at this node's own network first.`,
  )
}

function outage(registry: RegistryStatus, status: WatchStatus): Alarm {
  const latest = latestChange([registry])
  const when = latest === 0 ? undefined : html`, for ${span(status.now - latest)}`
  return bad(
    html`<b>Nothing to pull ${links([registry], status)} from</b>${when}: ${whyUnavailable(registry)}.`,
  )
}

function weakness(registries: readonly RegistryStatus[], status: WatchStatus): Alarm {
  const mirrors = registries.flatMap(registry => registry.mirrors)
  const ill = mirrors.filter(({ health }) => health !== 'up')
  const counts = (['down', 'limited', 'slow'] as const).flatMap(health => {
    const count = ill.filter(mirror => mirror.health === health).length
    return count === 0 ? [] : [`${count} ${health}`]
  })
  const since = Math.max(...ill.map(mirror => mirror.since))
  const all = mirrors.length === 1 ? 'its only mirror' : `${mirrors.length} mirrors`
  return fair(
    html`${links(registries, status)}: ${counts.join(', ')} of ${all}; the latest change was ${ago(since, status.now)}.`,
  )
}

/** When the last mirror that is not well became so; 0: there is none. */
function latestChange(registries: readonly RegistryStatus[]): number {
  const ill = registries.flatMap(({ mirrors }) => mirrors).filter(({ health }) => !isUsable(health))
  return Math.max(...ill.map(({ since }) => since), 0)
}

/** `a, b, c and 5 more`. */
function links(registries: readonly RegistryStatus[], status: WatchStatus): Markup {
  const shown = registries
    .slice(0, FEW)
    .map(
      (registry, nth) =>
        html`${nth === 0 ? '' : ', '}<a href="#${anchorOf(status, registry)}">${titleOf(registry)}</a>`,
    )
  const more = registries.length - FEW
  return html`${shown}${more > 0 ? ` and ${more} more` : ''}`
}

export function bad(text: Markup): Alarm {
  return { grade: 'bad', text }
}

export function fair(text: Markup): Alarm {
  return { grade: 'fair', text }
}
