/** The facts about the watcher itself on the status page. Pure. */
import type { WatchStatus } from '../serve/status.ts'
import { html, type Markup } from './markup.ts'
import { ago, clock, span, time } from './time.ts'

export function watcherSection(status: WatchStatus): Markup {
  const { now, startedAt } = status
  const facts: readonly [string, Markup][] = [
    ['List', listInUse(status)],
    ['Last write', lastWrite(status)],
    ['Running for', time(startedAt, span(now - startedAt))],
  ]
  return html`<section aria-labelledby="watcher"><h2 id="watcher">This watcher</h2>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`
}

function listInUse({ list, now }: WatchStatus): Markup {
  if (list.loadedAt === undefined) return html`none in use`
  return html`<code>${list.file}</code>, in use since ${clock(list.loadedAt, now)} UTC`
}

function lastWrite({ node, now }: WatchStatus): Markup {
  const last = node.writtenAt === undefined ? 'none since the start' : ago(node.writtenAt, now)
  return html`${last}; ${node.writes} writes since the start, ${node.failures} failed`
}
