/** What the reader of the page has to know first, the most serious first. Pure. */
import type { Activation } from '../../model/activation.ts'
import { type Grade, isWriteLimited } from '../serve/problems.ts'
import type { WatchStatus } from '../serve/status.ts'
import { type Alarm, problem, warning } from './alarm.ts'
import { html } from './markup.ts'
import { expiringCertificates, outages, weaknesses } from './registry-alarms.ts'
import { ago, clock } from './time.ts'

export function findAlarms(status: WatchStatus): readonly Alarm[] {
  return [
    ...hanging(status),
    ...outages(status),
    ...failedWrites(status),
    ...failedReloads(status),
    ...pendingActivations(status),
    ...pendingFiles(status),
    ...invalidList(status),
    ...starting(status),
    ...limitedWrites(status),
    ...weaknesses(status),
    ...expiringCertificates(status),
  ]
}

/** The grade of all alarms together. */
export function worstGrade(alarms: readonly Alarm[]): Grade {
  if (alarms.length === 0) return 'ok'
  return alarms.some(({ grade }) => grade === 'problem') ? 'problem' : 'warning'
}

function hanging({ alive }: WatchStatus): readonly Alarm[] {
  return alive ? [] : [problem(html`<b>The watcher hangs.</b> This page may be out of date.`)]
}

function failedWrites({ node }: WatchStatus): readonly Alarm[] {
  if (node.problem === undefined) return []
  return [problem(html`<b>Cannot write to this node.</b> <span class="cause">${node.problem}</span>`)]
}

function failedReloads({ node }: WatchStatus): readonly Alarm[] {
  return node.reloadFailures.map(({ target, problem: cause }) =>
    problem(
      html`<b>The reload of ${target} failed.</b> Its files are as before. <span class="cause">${cause}</span>`,
    ),
  )
}

/** A runtime that has not read what is written: nothing else on the page counts until it does. */
function pendingActivations({ node }: WatchStatus): readonly Alarm[] {
  const alarm = (verb: string, { target, command, why }: Activation) =>
    problem(html`<b>${verb} ${target}:</b> <code>${command}</code> (${why})`)
  return [
    ...node.restart.map(activation => alarm('Restart', activation)),
    ...node.reload.map(activation => alarm('Reload', activation)),
  ]
}

function pendingFiles({ node }: WatchStatus): readonly Alarm[] {
  return node.pendingFiles.map(path =>
    problem(
      html`<b><code>${path}</code> differs from the list.</b> Run <code>regmirror apply</code> before you reload or restart the runtime: otherwise it may not use these mirrors.`,
    ),
  )
}

function invalidList({ list, now }: WatchStatus): readonly Alarm[] {
  if (list.problem === undefined) return []
  const consequence =
    list.loadedAt === undefined
      ? html`The watcher writes nothing until it is valid.`
      : html`The watcher keeps the list that it read ${ago(list.loadedAt, now)}.`
  return [
    problem(html`<b>The list is invalid.</b> ${consequence} <span class="cause">${list.problem}</span>`),
  ]
}

/** With an invalid first list, that is the alarm. */
function starting({ ready, list }: WatchStatus): readonly Alarm[] {
  if (ready || (list.loadedAt === undefined && list.problem !== undefined)) return []
  return [warning(html`<b>Starting.</b> The list is not applied yet.`)]
}

function limitedWrites(status: WatchStatus): readonly Alarm[] {
  const { limitedUntil } = status.node
  if (!isWriteLimited(status) || limitedUntil === undefined) return []
  const until = clock(limitedUntil, status.now)
  return [
    warning(
      html`<b>Writes are limited</b> until ${until} UTC: the health of mirrors changes too often. Raise <code>fall</code> or <code>interval</code> in the list.`,
    ),
  ]
}
