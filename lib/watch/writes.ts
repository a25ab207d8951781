/** When the node is written to, and what is said of it. */
import { type RateLimit, spend } from '../health/rate-limit.ts'
import { selectMirrors } from '../health/select.ts'
import type { MirrorList } from '../model/registry.ts'
import {
  type Asking,
  changeEvent,
  leftEvent,
  noticeEvent,
  problemOf,
  restartEvent,
  restartedEvent,
} from './events.ts'
import { historyOf } from './history.ts'
import type { Host, Walked } from './host/host.ts'
import * as known from './known.ts'
import type { Form, Memory } from './memory.ts'
import * as remember from './memory.ts'
import { reportEvent, reportNews } from './report.ts'

interface Reasons {
  /** The list is another. */
  readonly renewed: boolean
  /** The node may be. */
  readonly node: boolean
}

export async function write(
  memory: Memory,
  declared: MirrorList,
  { renewed, node }: Reasons,
  host: Host,
): Promise<void> {
  const list = selectMirrors(declared, known.knownOf(memory))
  const form = remember.writtenForm(list)
  const { written } = memory
  const moved = form !== written?.form
  if (renewed) memory.owed = 'all'
  if (!moved) Object.assign(memory, { heldUntil: undefined, doubtUntil: undefined })
  if (!moved && !node) return
  if (!moved || written === undefined || renewed) {
    await walk(memory, { list, form }, host)
    return
  }
  const rest = allowanceFor(memory, declared, host)
  if (rest === undefined) {
    // What somebody else has changed does not wait for that.
    if (node) await walk(memory, written, host)
    return
  }
  // What came to nothing has cost nothing.
  if (await walk(memory, { list, form }, host)) memory.rewrites = rest
}

/**
 * What is left of the rewrites after one for what mirrors do; undefined: that has to wait, and until when is remembered.
 */
function allowanceFor(memory: Memory, { health }: MirrorList, host: Host): RateLimit | undefined {
  const now = host.now()
  if (isInDoubt(memory, now)) {
    memory.doubtUntil ??= now + health.timeoutMs
    if (now < memory.doubtUntil) return undefined
  }
  memory.doubtUntil = undefined
  const spent = spend(memory.rewrites, now, remember.REWRITES)
  const isHeld = memory.heldUntil !== undefined
  memory.heldUntil = 'allowance' in spent ? undefined : spent.heldUntil
  if ('allowance' in spent) return spent.allowance
  if (!isHeld) {
    const text = `mirrors come and go: more than ${remember.REWRITES.anHour} changes an hour are held back`
    reportEvent(memory, { event: 'held', level: 'warn', text }, host)
  }
  return undefined
}

/** Whether a server can stand in is known in a moment; others do not wait for that longer than for one answer. */
function isInDoubt(memory: Memory, now: number): boolean {
  return known.neededServers(memory).some(server => known.isAboutToTell(server, now))
}

/** Until a write that failed is tried again: a disk that is full is often not so for long. */
const RETRY_MS = 10_000

/** What could not be written stays owed: config.toml too, when it was to be written. Says whether it went well. */
async function walk(memory: Memory, { list, form }: Form, host: Host): Promise<boolean> {
  const moved = form !== memory.written?.form
  // Who plans beside us is to want the same.
  if (moved) memory.keepAt = 0
  memory.written = { list, form }
  try {
    const asking = memory.owed === 'all' ? 'list' : moved ? 'health' : undefined
    const walked = await host.walk(list, memory.owed)
    if (memory.nodeProblem !== undefined)
      reportEvent(
        memory,
        { event: 'write_ok', level: 'info', text: 'the node can be written to again' },
        host,
      )
    Object.assign(memory, { nodeProblem: undefined, retryAt: Infinity, inForce: true, owed: 'immediate' })
    takeIn(walked, asking, memory, host)
    return true
  } catch (error) {
    const problem = problemOf(error)
    if (problem !== memory.nodeProblem)
      reportEvent(memory, { event: 'write_failed', level: 'error', text: problem }, host)
    const retryAt = host.now() + RETRY_MS
    Object.assign(memory, { nodeProblem: problem, retryAt, failures: memory.failures + 1 })
    return false
  }
}

function takeIn(
  { report, notices, left, seesRestarts, hosts }: Walked,
  asking: Asking,
  memory: Memory,
  host: Host,
): void {
  for (const notice of notices) reportEvent(memory, noticeEvent(notice), host)
  for (const change of report.changes) reportEvent(memory, changeEvent(change, asking), host)
  const needed = report.restart.map(({ command, why }) => `${command} (${why})`)
  const restart = needed.length > 0 || seesRestarts ? needed : memory.restart
  const news = [...report.notices.map(noticeEvent), ...left.map(leftEvent), ...restart.map(restartEvent)]
  if (memory.restart.length > 0 && restart.length + left.length === 0)
    reportEvent(memory, restartedEvent(), host)
  Object.assign(memory, { said: reportNews(memory.said, news, memory, host), restart, left, hosts })
  if (report.changes.length > 0) Object.assign(memory, { writtenAt: host.now(), writes: memory.writes + 1 })
}

/** Between two times that the history is kept: it is for the eye alone, and larger. */
const HISTORY_MS = 600_000

/** What is known is kept once an interval, and when something follows from it. */
export async function keep(memory: Memory, list: MirrorList, host: Host): Promise<void> {
  const now = host.now()
  if (now < memory.keepAt) return
  memory.keepAt = now + list.health.intervalMs
  const history = now >= memory.historyAt
  if (history) memory.historyAt = now + HISTORY_MS
  await tryToKeep(memory, host, async () => {
    await host.keep(known.bookOf(memory, list, now))
    if (history) await host.keepHistory(historyOf(memory))
  })
}

/** At the end. */
export async function keepHistory(memory: Memory, host: Host): Promise<void> {
  if (memory.loaded !== undefined) await tryToKeep(memory, host, () => host.keepHistory(historyOf(memory)))
}

async function tryToKeep(memory: Memory, host: Host, act: () => Promise<void>): Promise<void> {
  try {
    await act()
    memory.keepProblem = undefined
  } catch (error) {
    const problem = problemOf(error)
    if (problem !== memory.keepProblem)
      reportEvent(memory, { event: 'keep_failed', level: 'error', text: problem }, host)
    memory.keepProblem = problem
  }
}
