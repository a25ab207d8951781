/** When a watcher may reload a runtime, and what came of it. */
import { spendTokens, takeToken } from '../health/token-bucket.ts'
import type { Host, ReloadResult } from './host/host.ts'
import { type Memory, type ReloadFailure, WRITE_LIMITS } from './memory.ts'
import { reportEvent } from './report-event.ts'
import { reloadedEvent, reloadFailedEvent, writesLimitedEvent } from './write-events.ts'

/** Until a reload that failed is tried again: twice as long each time. */
const FIRST_RETRY_MS = 10_000
const LAST_RETRY_MS = 600_000

/** A new list is a person's change: it is not limited, and waits for no other attempt. */
export function openReloadCheck(memory: Memory, now: number): (target: string) => boolean {
  if (memory.nextScope === 'all') {
    memory.reloads.failures.clear()
    return () => true
  }
  return target => !isBackingOff(memory.reloads.failures.get(target), now) && hasToken(memory, now)
}

/** Records what became of the reloads of one look at the node. `isLimited`: whether they count. */
export function recordReloads(
  results: readonly ReloadResult[],
  isLimited: boolean,
  memory: Memory,
  host: Host,
): void {
  const now = host.now()
  const isNeeded = (name: string) => results.some(({ target }) => target === name)
  for (const name of memory.reloads.failures.keys()) if (!isNeeded(name)) memory.reloads.failures.delete(name)
  for (const one of results) recordReload(one, memory, host)
  const attempts = results.filter(({ result }) => result !== 'delayed').length
  if (isLimited) memory.writeBudget = spendTokens(memory.writeBudget, attempts)
  recordLimit(results, now, memory, host)
}

function recordReload(one: ReloadResult, memory: Memory, host: Host): void {
  const { target } = one
  const { success, error } = memory.reloads.counts.get(target) ?? { success: 0, error: 0 }
  if (one.result === 'done') {
    memory.reloads.failures.delete(target)
    for (const activated of one.activated) reportEvent(memory, reloadedEvent(activated), host)
    memory.reloads.counts.set(target, { success: success + one.activated.length, error })
  } else if (one.result === 'failed') {
    const { problem } = one
    const before = memory.reloads.failures.get(target)
    if (before?.problem !== problem) reportEvent(memory, reloadFailedEvent(target, problem), host)
    memory.reloads.failures.set(target, nextAttempt(problem, before, host.now()))
    memory.reloads.counts.set(target, { success, error: error + 1 })
  }
}

function nextAttempt(problem: string, before: ReloadFailure | undefined, now: number): ReloadFailure {
  const waitMs = before === undefined ? FIRST_RETRY_MS : Math.min(LAST_RETRY_MS, before.waitMs * 2)
  return { problem, waitMs, retryAt: now + waitMs }
}

/** One event until reloads are no longer limited. */
function recordLimit(results: readonly ReloadResult[], now: number, memory: Memory, host: Host): void {
  const { reloads, writeBudget } = memory
  const isWaiting = ({ target, result }: ReloadResult) =>
    result === 'delayed' && !isBackingOff(reloads.failures.get(target), now)
  const taken = takeToken(writeBudget, now, WRITE_LIMITS)
  const until = results.some(isWaiting) ? ('emptyUntil' in taken ? taken.emptyUntil : now) : undefined
  const wasLimited = memory.reloads.limitedUntil !== undefined
  memory.reloads.limitedUntil = until
  if (until !== undefined && !wasLimited) reportEvent(memory, writesLimitedEvent(WRITE_LIMITS.perHour), host)
}

/** When a reload is due that failed, or that waits. */
export function nextReload({ reloads: { failures, limitedUntil } }: Memory): number {
  const retries = [...failures.values()].map(({ retryAt }) => retryAt)
  return Math.min(limitedUntil ?? Number.POSITIVE_INFINITY, ...retries)
}

function isBackingOff(failure: ReloadFailure | undefined, now: number): boolean {
  return failure !== undefined && now < failure.retryAt
}

function hasToken({ writeBudget }: Memory, now: number): boolean {
  return 'bucket' in takeToken(writeBudget, now, WRITE_LIMITS)
}
