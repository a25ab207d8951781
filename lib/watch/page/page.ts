/** The status page: one HTML document, without scripts and without anything from other places. Pure. */
import { plural } from '../../wording/plural.ts'
import { type Grade, gradeRegistry, isNetworkSuspect, type RegistryGrade } from '../serve/problems.ts'
import type { RegistryStatus, WatchStatus } from '../serve/status.ts'
import type { Alarm } from './alarm.ts'
import { findAlarms, worstGrade } from './alarms.ts'
import { eventsSection } from './events-section.ts'
import { GRADE_MARKS } from './marks.ts'
import { html, type Markup } from './markup.ts'
import { addressWithFile, registryAnchor, registryTitle } from './registry-name.ts'
import { registrySection } from './registry-section.ts'
import { STYLE } from './style.ts'
import { clock } from './time.ts'
import { watcherSection } from './watcher-section.ts'

/** With so many registries there is an overview to choose from. */
const MANY = 6

/** `open`: the name of the registry whose file is open when the page has loaded. */
export function renderPage(status: WatchStatus, open?: string): string {
  const alarms = findAlarms(status)
  const grade = worstGrade(alarms)
  const verdict = verdictText(grade, alarms, status)
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10; url=${reloadAddress(status, open)}">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${GRADE_MARKS[grade]} ${status.machine}: ${verdict} · regmirror</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<header>
<h1>${status.machine} <small>regmirror<span> watches the registry mirrors of this node</span></small></h1>
<p class="soft">as of ${clock(status.now, status.now)} UTC</p>
</header>
<main>
${verdictSection(grade, verdict, alarms)}
${registriesSection(status, open)}
${eventsSection(status)}
${watcherSection(status)}
</main>
<footer class="soft">regmirror ${status.version} · <a href="metrics">metrics</a> · <a href="healthz">health</a> · this page reloads every 10 s</footer>
</body>
</html>
`
  return page.markup
}

/**
 * An explicit address: without one, a browser whose address ends in #something goes there instead of reloading the page.
 * The scroll position stays.
 */
function reloadAddress({ registries }: WatchStatus, open: string | undefined): string {
  const opened = registries.find(({ name }) => name === open)
  return opened === undefined ? './' : addressWithFile(opened)
}

function verdictText(grade: Grade, alarms: readonly Alarm[], { ready }: WatchStatus): string {
  const count = alarms.filter(alarm => alarm.grade === grade).length
  if (grade === 'ok') return 'Healthy'
  if (grade === 'problem') return plural(count, 'problem', 'problems')
  return `${ready ? 'Working' : 'Starting'}, ${plural(count, 'warning', 'warnings')}`
}

function verdictSection(grade: Grade, verdict: string, alarms: readonly Alarm[]): Markup {
  const items = alarms.map(
    alarm =>
      html`<li><span class="${alarm.grade}"><span aria-hidden="true">${GRADE_MARKS[alarm.grade]}</span><span class="aside">${alarm.grade}: </span></span><div>${alarm.text}</div></li>
`,
  )
  const list = items.length === 0 ? undefined : html`<ul>${items}</ul>`
  return html`<section class="verdict is-${grade}" aria-labelledby="verdict">
<h2 id="verdict"><span class="${grade}" aria-hidden="true">${GRADE_MARKS[grade]}</span> ${verdict}</h2>${list}
</section>`
}

/** Unhealthy registries first, otherwise in the order of the list. */
function registriesSection(status: WatchStatus, open: string | undefined): Markup {
  const { registries, list, now } = status
  if (registries.length === 0)
    return html`<section aria-labelledby="registries"><h2 id="registries">Registries</h2>
<p>${list.loadedAt === undefined ? 'No list is in use.' : html`The list has no registries. Add one to <code>${list.file}</code>.`}</p></section>`
  const networkSuspect = isNetworkSuspect(status)
  const sorted = registries.toSorted((a, b) => RANK[gradeRegistry(a)] - RANK[gradeRegistry(b)])
  return html`<section aria-labelledby="registries">
<h2 id="registries">Registries <small>${registries.length}</small></h2>
${registries.length < MANY ? undefined : overview(status, sorted)}
${sorted.map(registry => registrySection(registry, { anchor: registryAnchor(status, registry), now, open: registry.name === open, networkSuspect }))}</section>`
}

const RANK: Readonly<Record<RegistryGrade, number>> = { problem: 0, warning: 1, ok: 2, unknown: 2 }

function overview(status: WatchStatus, sorted: readonly RegistryStatus[]): Markup {
  const items = sorted.map(registry => {
    const grade = gradeRegistry(registry)
    return html`<li><a href="#${registryAnchor(status, registry)}"><span class="${grade}" aria-hidden="true">${GRADE_MARKS[grade]}</span> ${registryTitle(registry)}</a></li>
`
  })
  return html`<nav aria-label="Registries"><ul class="overview">${items}</ul></nav>`
}
