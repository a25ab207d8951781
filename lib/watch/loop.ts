/**
 * The loop of a watcher. Every event is only a hint to look again: at the list, at the node, at the endpoints that are
 * due. The world is a parameter, so that days pass in a test within a second.
 */
import type { Host, Triggers } from './host/host.ts'
import { type Memory, newMemory } from './memory.ts'
import { updateServers } from './needed-servers.ts'
import { readList } from './read-list.ts'
import { nextReload } from './reloads.ts'
import { reportRegistries } from './report-registries.ts'
import { saveLastHistory, saveWhenDue } from './save-when-due.ts'
import { nextProbeAt, type ProbeResults, sendDueProbes } from './send-probes.ts'
import { updateOrders } from './update-orders.ts'
import { writeWhenDue } from './write-when-due.ts'

/** A change that no hint reports is found within that time. */
const CHECK_MS = 60_000

export async function watch(host: Host): Promise<Memory> {
  const memory = newMemory(host.now())
  const results: ProbeResults = []
  let checkAt = 0
  while (!host.stopped()) {
    const isCheck = host.now() >= checkAt
    if (isCheck) checkAt = host.now() + CHECK_MS
    await turn(memory, results, isCheck, host)
    if (results.length === 0) await host.wait(Math.min(checkAt, nextDue(memory)))
  }
  await saveLastHistory(memory, host)
  return memory
}

async function turn(memory: Memory, results: ProbeResults, isCheck: boolean, host: Host): Promise<void> {
  const hints = host.hints()
  const news = results.splice(0).map(record => record())
  const isDue = host.now() >= nextLook(memory)
  // Most turns only send a probe, or record that nothing has changed.
  if (isCheck || hints.list || hints.node || isDue || news.includes(true))
    await look(memory, hints, isCheck, host)
  const list = memory.loaded?.list
  if (list !== undefined) {
    sendDueProbes(memory, list, results, host)
    await saveWhenDue(memory, list.health, host)
  }
  memory.turnedAt = host.now()
  host.onTurn(memory)
}

/** Looks at the list and the node, and at what the probes have shown. */
async function look(memory: Memory, hints: Triggers, isCheck: boolean, host: Host): Promise<void> {
  await host.assertLock()
  const isNewList = (isCheck || hints.list) && (await readList(memory, hints, host))
  const list = memory.loaded?.list
  if (list === undefined) return
  updateServers(memory, host.now())
  updateOrders(memory, list, host.now())
  const isRetry = host.now() >= Math.min(memory.retryAt, nextReload(memory))
  const checkNode = isCheck || isRetry || hints.node || hints.list
  await writeWhenDue(memory, list, { isNewList, checkNode }, host)
  reportRegistries(memory, list, host)
}

function nextDue(memory: Memory): number {
  return memory.loaded === undefined
    ? Number.POSITIVE_INFINITY
    : Math.min(nextLook(memory), nextProbeAt(memory))
}

/** When the next look is due, apart from the check. */
function nextLook(memory: Memory): number {
  const { serverWaitUntil, limitedUntil, saveHealthAt, retryAt } = memory
  const wait = serverWaitUntil ?? limitedUntil ?? Number.POSITIVE_INFINITY
  return Math.min(wait, saveHealthAt, retryAt, nextReload(memory))
}
