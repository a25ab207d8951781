/** Writes the selected list to the node, and reports what that has changed. */

import type { Activation } from '../model/activation.ts'
import type { MirrorList } from '../model/registry.ts'
import { isRunning } from '../model/target-report.ts'
import { noticeEvents, problemText } from './events.ts'
import type { Host, Reconciled, Scope } from './host/host.ts'
import { isWrittenAs } from './is-written-as.ts'
import type { Memory } from './memory.ts'
import { movedMirrors, type WrittenFor } from './moved-mirrors.ts'
import { openReloadCheck, recordReloads } from './reloads.ts'
import { reportEvent, reportNewEvents } from './report-event.ts'
import {
  changeEvent,
  daemonEvent,
  pendingFileEvent,
  reloadDoneEvent,
  reloadEvent,
  restartDoneEvent,
  restartEvent,
  writeFailedEvent,
  writeRecoveredEvent,
} from './write-events.ts'

/** Until a failed write is retried: a full disk is often cleaned up soon. */
const RETRY_MS = 10_000

/** Returns whether the write has succeeded. A list that is not written in whole stays due. */
export async function reconcile(memory: Memory, selected: MirrorList, host: Host): Promise<boolean> {
  const scope = memory.nextScope
  const isOther = memory.attempted === undefined || !isWrittenAs(selected, memory.attempted)
  // `plan` and `apply` read health.json, and must plan the same files.
  if (isOther) memory.saveHealthAt = 0
  memory.attempted = selected
  try {
    const mayReload = openReloadCheck(memory, host.now())
    const reconciled = await host.reconcile(selected, scope, mayReload)
    recordSuccess(memory, host)
    const purpose = writtenFor(selected, scope, memory)
    recordChanges(reconciled, purpose, memory, host)
    recordReloads(reconciled.reloads, scope !== 'all', memory, host)
    memory.reloads.waitFor = reconciled.reloads.some(({ result }) => result !== 'done') ? purpose : undefined
    memory.written = selected
    recordNode(reconciled, scope, memory, host)
    return true
  } catch (error) {
    recordFailure(problemText(error), memory, host)
    return false
  }
}

/** A write that failed before is still for what it was for. */
function writtenFor(selected: MirrorList, scope: Scope, { written, reloads }: Memory): WrittenFor {
  if (scope === 'all') return { cause: 'list' }
  if (written !== undefined && isWrittenAs(selected, written)) return reloads.waitFor ?? {}
  return { cause: 'health', moved: (registry, target) => movedMirrors(registry, target, written, selected) }
}

function recordSuccess(memory: Memory, host: Host): void {
  if (memory.nodeProblem !== undefined) reportEvent(memory, writeRecoveredEvent(), host)
  memory.nodeProblem = undefined
  memory.retryAt = Number.POSITIVE_INFINITY
  memory.ready = true
  memory.nextScope = 'immediate'
}

function recordFailure(problem: string, memory: Memory, host: Host): void {
  if (problem !== memory.nodeProblem) reportEvent(memory, writeFailedEvent(problem), host)
  memory.nodeProblem = problem
  memory.retryAt = host.now() + RETRY_MS
  memory.failures += 1
}

function recordChanges(
  { report, notices }: Reconciled,
  writtenFor: WrittenFor,
  memory: Memory,
  host: Host,
): void {
  for (const event of noticeEvents(notices)) reportEvent(memory, event, host)
  for (const change of report.changes) reportEvent(memory, changeEvent(change, writtenFor), host)
  if (report.changes.length === 0) return
  memory.writtenAt = host.now()
  memory.writes += 1
}

function recordNode(reconciled: Reconciled, scope: Scope, memory: Memory, host: Host): void {
  const { report, pendingFiles, shownFiles } = reconciled
  const restart = restartAfter(memory, reconciled)
  const reload = reloadAfter(memory, reconciled, scope)
  if (memory.restart.length > 0 && restart.length + pendingFiles.length === 0)
    reportEvent(memory, restartDoneEvent(), host)
  if (memory.reload.length > 0 && reload.length === 0) reportEvent(memory, reloadDoneEvent(), host)
  const events = [
    ...(report.targets ?? []).filter(isRunning).map(daemonEvent),
    ...noticeEvents(report.notices),
    ...pendingFiles.map(pendingFileEvent),
    ...restart.map(restartEvent),
    ...reload.map(reloadEvent),
  ]
  memory.nodeNotices = reportNewEvents(memory.nodeNotices, events, memory, host)
  memory.restart = restart
  memory.reload = reload
  memory.pendingFiles = pendingFiles
  memory.shownFiles = shownFiles
}

/** A restart is pending until the report no longer lists it. */
function restartAfter(memory: Memory, { report, seesActivations }: Reconciled): readonly Activation[] {
  return report.restart.length > 0 || seesActivations ? report.restart : memory.restart
}

/**
 * The same for a reload. Under --root only the run that writes a file lists its reload, and no later run can see whether the
 * runtime was reloaded: then it is pending until the next list is written, or the watcher restarts.
 */
function reloadAfter(
  memory: Memory,
  { report, seesActivations }: Reconciled,
  scope: Scope,
): readonly Activation[] {
  const isSeen = report.reload.length > 0 || seesActivations || scope === 'all'
  return isSeen ? report.reload : memory.reload
}
