/** What somebody who opens the page at three in the morning has to know, the worst first. Pure. */
import { html, type Markup } from './markup.ts'
import { canServe, type Grade, gradeOf, isHeld } from './reading.ts'
import type { RegistryStatus, WatchStatus } from './status.ts'
import { ago, clock, span } from './when.ts'

export interface Alarm {
  readonly grade: Grade
  readonly text: Markup
}

export function alarmsOf(status: WatchStatus): readonly Alarm[] {
  const all = [...watcherAlarms(status), ...registryAlarms(status), ...nodeAlarms(status)]
  return [...all.filter(({ grade }) => grade === 'bad'), ...all.filter(({ grade }) => grade !== 'bad')]
}

/** Of all alarms; `good` without any. */
export function verdictOf(alarms: readonly Alarm[]): Grade {
  if (alarms.length === 0) return 'good'
  return alarms.some(({ grade }) => grade === 'bad') ? 'bad' : 'fair'
}

/** The name by which a registry is linked to on the page. */
export function anchorOf(status: WatchStatus, registry: RegistryStatus): string {
  return `registry-${status.registries.indexOf(registry) + 1}`
}

export function titleOf({ name }: RegistryStatus): string {
  return name === '*' ? '* (every other registry)' : name
}

function watcherAlarms({ alive, ready, list, node, now }: WatchStatus): readonly Alarm[] {
  const alarms: (Alarm | undefined)[] = [
    alive ? undefined : bad(html`<b>The watcher has stopped looking.</b> What stands below may be old.`),
    list.problem === undefined
      ? undefined
      : bad(
          html`<b>The list is not sound.</b> The one of ${ago(list.loadedAt, now)} stays in force. <span class="said">${list.problem}</span>`,
        ),
    node.problem === undefined
      ? undefined
      : bad(html`<b>The node is not as the list says.</b> <span class="said">${node.problem}</span>`),
    ready ? undefined : fair(html`<b>Starting.</b> The first walk is not done yet.`),
  ]
  return alarms.filter(alarm => alarm !== undefined)
}

function registryAlarms(status: WatchStatus): readonly Alarm[] {
  return status.registries.flatMap(registry => {
    const grade = gradeOf(registry)
    if (grade === 'good') return []
    const link = html`<a href="#${anchorOf(status, registry)}">${titleOf(registry)}</a>`
    return [grade === 'bad' ? unserved(registry, link, status) : weakened(registry, link, status)]
  })
}

function unserved(registry: RegistryStatus, link: Markup, { now }: WatchStatus): Alarm {
  const latest = Math.max(...registry.mirrors.map(({ since }) => since), 0)
  const when = latest === 0 ? undefined : html`, for ${span(now - latest)}`
  const server =
    canServe(registry) === undefined
      ? 'whether its server answers is not known yet'
      : registry.server === undefined
        ? 'there is no server that may be asked'
        : 'its server does not answer'
  return bad(html`<b>Nothing to pull ${link} from</b>${when}: no mirror is well, and ${server}.`)
}

function weakened({ mirrors }: RegistryStatus, link: Markup, { now }: WatchStatus): Alarm {
  const ill = mirrors.filter(({ health }) => health !== 'up')
  const counts = (['down', 'limited', 'slow'] as const).flatMap(health => {
    const count = ill.filter(mirror => mirror.health === health).length
    return count === 0 ? [] : [`${count} ${health}`]
  })
  const since = Math.max(...ill.map(mirror => mirror.since))
  const all = mirrors.length === 1 ? 'its only mirror' : `${mirrors.length} mirrors`
  return fair(html`${link}: ${counts.join(', ')} of ${all}; the latest change was ${ago(since, now)}.`)
}

function nodeAlarms(status: WatchStatus): readonly Alarm[] {
  const { node, now } = status
  const restart = node.restart.map(how =>
    fair(html`<b>A restart is needed</b> before all of this acts: <code>${how}</code>`),
  )
  if (!isHeld(status) || node.heldUntil === undefined) return restart
  const until = clock(node.heldUntil, now)
  return [
    fair(html`<b>Changes are held back</b> until ${until} UTC: there were too many within an hour.`),
    ...restart,
  ]
}

function bad(text: Markup): Alarm {
  return { grade: 'bad', text }
}

function fair(text: Markup): Alarm {
  return { grade: 'fair', text }
}
