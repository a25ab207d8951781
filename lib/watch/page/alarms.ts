/** What somebody who opens the page at three in the morning has to know, what hinders most first. Pure. */

import { type Grade, isHeld } from '../serve/problems.ts'
import type { WatchStatus } from '../serve/status.ts'
import { html } from './markup.ts'
import { type Alarm, bad, fair, outages, weaknesses } from './registry-alarms.ts'
import { ago, clock } from './time.ts'

export function alarmsOf(status: WatchStatus): readonly Alarm[] {
  return [
    ...hanging(status),
    ...outages(status),
    ...unwritten(status),
    ...unread(status),
    ...left(status),
    ...unsound(status),
    ...starting(status),
    ...held(status),
    ...weaknesses(status),
  ]
}

/** Of all alarms; `good` without any. */
export function verdictOf(alarms: readonly Alarm[]): Grade {
  if (alarms.length === 0) return 'good'
  return alarms.some(({ grade }) => grade === 'bad') ? 'bad' : 'fair'
}

function hanging({ alive }: WatchStatus): readonly Alarm[] {
  return alive ? [] : [bad(html`<b>The watcher has stopped looking.</b> What stands below may be old.`)]
}

function unwritten({ node }: WatchStatus): readonly Alarm[] {
  if (node.problem === undefined) return []
  return [bad(html`<b>The node is not as the list says.</b> <span class="said">${node.problem}</span>`)]
}

/** A runtime that does not read where we write: everything else on the page is of no use until it does. */
function unread({ node }: WatchStatus): readonly Alarm[] {
  return node.restart.map(how =>
    bad(html`<b>A restart is needed.</b> None of this acts until then: <code>${how}</code>`),
  )
}

function left({ node }: WatchStatus): readonly Alarm[] {
  return node.left.map(path =>
    bad(
      html`<b><code>${path}</code> is not as the list says.</b> Run <code>regmirror apply</code>, and do not restart the runtime before that: it would not find these mirrors.`,
    ),
  )
}

function unsound({ list, now }: WatchStatus): readonly Alarm[] {
  if (list.problem === undefined) return []
  const rest =
    list.loadedAt === undefined
      ? html`There was none before it, so nothing is done.`
      : html`The one of ${ago(list.loadedAt, now)} stays in force.`
  return [bad(html`<b>The list is not sound.</b> ${rest} <span class="said">${list.problem}</span>`)]
}

/** Without a list nothing starts. */
function starting({ ready, list }: WatchStatus): readonly Alarm[] {
  if (ready || (list.loadedAt === undefined && list.problem !== undefined)) return []
  return [fair(html`<b>Starting.</b> Nothing was written yet.`)]
}

function held(status: WatchStatus): readonly Alarm[] {
  const { heldUntil } = status.node
  if (!isHeld(status) || heldUntil === undefined) return []
  const until = clock(heldUntil, status.now)
  return [fair(html`<b>Changes are held back</b> until ${until} UTC: there were too many within an hour.`)]
}
