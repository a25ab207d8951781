/** When the node is written: without delay for a new list, and with limits while mirrors change their health. */
import { selectMirrors } from '../health/select.ts'
import { type TokenBucket, takeToken } from '../health/token-bucket.ts'
import type { MirrorList } from '../model/registry.ts'
import { knownHealth } from './current-health.ts'
import type { Host } from './host/host.ts'
import { isWrittenAs } from './is-written-as.ts'
import { type Memory, WRITE_LIMITS } from './memory.ts'
import { reconcile } from './reconcile.ts'
import { reportEvent } from './report-event.ts'
import { isVerdictNear } from './server-health.ts'
import { writesLimitedEvent } from './write-events.ts'

interface Reasons {
  readonly isNewList: boolean
  /** The node may differ from the list. */
  readonly checkNode: boolean
}

export async function writeWhenDue(
  memory: Memory,
  declared: MirrorList,
  { isNewList, checkNode }: Reasons,
  host: Host,
): Promise<void> {
  const selected = selectMirrors(declared, memory.targets, knownHealth(memory))
  const { attempted } = memory
  if (isNewList) memory.nextScope = 'all'
  if (attempted !== undefined && isWrittenAs(selected, attempted)) {
    memory.limitedUntil = undefined
    memory.serverWaitUntil = undefined
    if (checkNode) await reconcile(memory, selected, host)
    return
  }
  if (attempted === undefined || isNewList) {
    await reconcile(memory, selected, host)
    return
  }
  const budget = takeFromBudget(memory, declared, host)
  // A write that fails costs nothing. Changes outside the watcher are undone also while the next write has to wait.
  if (budget === undefined) {
    if (checkNode) await reconcile(memory, attempted, host)
    return
  }
  const before = memory.writeBudget
  memory.writeBudget = budget
  if (!(await reconcile(memory, selected, host))) memory.writeBudget = before
}

/** The budget after one write because of health; undefined: the write has to wait, and the memory has until when. */
function takeFromBudget(memory: Memory, { health }: MirrorList, host: Host): TokenBucket | undefined {
  const now = host.now()
  if (isServerAwaited(memory, now)) {
    memory.serverWaitUntil ??= now + health.timeoutMs
    if (now < memory.serverWaitUntil) return undefined
  }
  memory.serverWaitUntil = undefined
  const taken = takeToken(memory.writeBudget, now, WRITE_LIMITS)
  const wasLimited = memory.limitedUntil !== undefined
  memory.limitedUntil = 'bucket' in taken ? undefined : taken.emptyUntil
  if ('bucket' in taken) return taken.bucket
  if (!wasLimited) reportEvent(memory, writesLimitedEvent(WRITE_LIMITS.perHour), host)
  return undefined
}

/** A write waits for the verdict about a server that may serve alone, for the time of one probe at most. */
function isServerAwaited(memory: Memory, now: number): boolean {
  return memory.neededServers.some(server => isVerdictNear(server, now))
}
