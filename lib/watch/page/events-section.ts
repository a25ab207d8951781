/** The latest events on the status page, newest first. Pure. */
import type { RecentEvent, WatchStatus } from '../serve/status.ts'
import { html, type Markup } from './markup.ts'
import { clock } from './time.ts'

export function eventsSection(status: WatchStatus): Markup {
  const items = withStart(status).map(
    ({ at, text }) =>
      html`<li><span class="soft">${clock(at, status.now)}</span> <span>${text}</span></li>
`,
  )
  return html`<section aria-labelledby="events">
<h2 id="events">Latest events <small>times are UTC</small></h2>
${items.length === 0 ? html`<p class="soft">No events since the start.</p>` : html`<ol class="events">${items}</ol>`}
</section>`
}

/** A line at the start of this watcher separates its events from those of the previous one. */
function withStart({ recentEvents, startedAt }: WatchStatus): readonly RecentEvent[] {
  const earlier = recentEvents.findIndex(({ at }) => at < startedAt)
  if (earlier === -1) return recentEvents
  const text = 'this watcher started; the events below are from the previous one'
  return recentEvents.toSpliced(earlier, 0, { at: startedAt, text })
}
