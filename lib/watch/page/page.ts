/** The status page: one file of HTML without a script or anything from elsewhere. Pure. */

import { type Grade, gradeOf } from '../serve/problems.ts'
import type { Happening, RegistryStatus, WatchStatus } from '../serve/status.ts'
import { alarmsOf, verdictOf } from './alarms.ts'
import { html, type Markup } from './markup.ts'
import { type Alarm, anchorOf, titleOf } from './registry-alarms.ts'
import { MARKS, openedAt, registrySection } from './registry-section.ts'
import { STYLE } from './style.ts'
import { ago, clock, moment, span } from './time.ts'

/** From so many registries on there is a line to choose from. */
const MANY = 6

/** `open`: the name of the registry whose file is shown from the start. */
export function statusPage(status: WatchStatus, open?: string): string {
  const alarms = alarmsOf(status)
  const verdict = verdictOf(alarms)
  const words = verdictWords(verdict, alarms, status)
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10; url=${againAt(status, open)}">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${MARKS[verdict]} ${status.machine}: ${words} · regmirror</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<header>
<h1>${status.machine} <small>regmirror<span> watches the registry mirrors of this node</span></small></h1>
<p class="soft">as of ${clock(status.now, status.now)} UTC</p>
</header>
<main>
${verdictSection(verdict, words, alarms)}
${registriesSection(status, open)}
${happeningsSection(status)}
${factsSection(status)}
</main>
<footer class="soft">regmirror ${status.version} · <a href="metrics">metrics</a> · <a href="healthz">health</a> · this page is loaded again every 10 s</footer>
</body>
</html>
`
  return page.markup
}

/**
 * With an address of its own: without one, a browser whose address ends in #something would go there instead of
 * loading the page again, for ever. Where somebody has scrolled to stays.
 */
function againAt({ registries }: WatchStatus, open: string | undefined): string {
  const opened = registries.find(({ name }) => name === open)
  return opened === undefined ? './' : openedAt(opened)
}

function verdictWords(verdict: Grade, alarms: readonly Alarm[], { ready }: WatchStatus): string {
  if (verdict === 'good') return 'All is well'
  const count = alarms.filter(({ grade }) => grade === verdict).length
  const things = count === 1 ? '1 thing' : `${count} things`
  return verdict === 'bad'
    ? `${things} ${count === 1 ? 'is' : 'are'} wrong`
    : `${ready ? 'Working' : 'Starting'}, ${things} to know`
}

function verdictSection(verdict: Grade, words: string, alarms: readonly Alarm[]): Markup {
  const items = alarms.map(
    ({ grade, text }) =>
      html`<li><span class="${grade}"><span aria-hidden="true">${MARKS[grade]}</span><span class="aside">${grade}: </span></span><div>${text}</div></li>
`,
  )
  const list = items.length === 0 ? undefined : html`<ul>${items}</ul>`
  return html`<section class="verdict is-${verdict}" aria-labelledby="verdict">
<h2 id="verdict"><span class="${verdict}" aria-hidden="true">${MARKS[verdict]}</span> ${words}</h2>${list}
</section>`
}

/** Those in trouble first, otherwise in the order of the list. */
function registriesSection(status: WatchStatus, open: string | undefined): Markup {
  const { registries, list, now } = status
  if (registries.length === 0)
    return html`<section aria-labelledby="registries"><h2 id="registries">Registries</h2>
<p>${list.loadedAt === undefined ? 'No list is in force.' : html`The list names no registry. Add one to <code>${list.file}</code>.`}</p></section>`
  const sorted = registries.toSorted((a, b) => RANK[gradeOf(a)] - RANK[gradeOf(b)])
  return html`<section aria-labelledby="registries">
<h2 id="registries">Registries <small>${registries.length}</small></h2>
${registries.length < MANY ? undefined : overview(status, sorted)}
${sorted.map(registry => registrySection(registry, { anchor: anchorOf(status, registry), now, open: registry.name === open }))}</section>`
}

const RANK: Readonly<Record<Grade, number>> = { bad: 0, fair: 1, good: 2 }

function overview(status: WatchStatus, sorted: readonly RegistryStatus[]): Markup {
  const items = sorted.map(registry => {
    const grade = gradeOf(registry)
    return html`<li><a href="#${anchorOf(status, registry)}"><span class="${grade}" aria-hidden="true">${MARKS[grade]}</span> ${titleOf(registry)}</a></li>
`
  })
  return html`<nav aria-label="Registries"><ul class="overview">${items}</ul></nav>`
}

function happeningsSection(status: WatchStatus): Markup {
  const { now } = status
  const items = withStart(status).map(
    ({ at, text }) =>
      html`<li><span class="soft">${clock(at, now)}</span> <span>${text}</span></li>
`,
  )
  return html`<section aria-labelledby="happenings">
<h2 id="happenings">Last changes <small>times are UTC</small></h2>
${items.length === 0 ? html`<p class="soft">Nothing has happened since the start.</p>` : html`<ol class="happenings">${items}</ol>`}
</section>`
}

/** What an earlier watcher has seen is told apart by the moment at which this one was started. */
function withStart({ happenings, startedAt }: WatchStatus): readonly Happening[] {
  const earlier = happenings.findIndex(({ at }) => at < startedAt)
  if (earlier === -1) return happenings
  const text = 'this watcher was started; what follows was seen by the one before it'
  return happenings.toSpliced(earlier, 0, { at: startedAt, text })
}

function factsSection(status: WatchStatus): Markup {
  const { node, now, startedAt } = status
  const written = node.writtenAt === undefined ? 'not since the start' : ago(node.writtenAt, now)
  const facts: readonly [string, Markup][] = [
    ['List', inForce(status)],
    ['Files last written', html`${written}; ${node.writes} writes since the start, ${node.failures} failed`],
    ['Watching for', html`${moment(startedAt, span(now - startedAt))}`],
  ]
  return html`<section aria-labelledby="facts"><h2 id="facts">This watcher</h2>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`
}

function inForce({ list, now }: WatchStatus): Markup {
  if (list.loadedAt === undefined) return html`none is in force`
  return html`<code>${list.file}</code>, in force since ${clock(list.loadedAt, now)} UTC`
}
