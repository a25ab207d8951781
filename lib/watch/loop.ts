/**
 * The loop of a watcher. Every event is only a hint to look again: at the list, at the node, at the endpoints that are
 * due. The world is a parameter, so that days pass in a test within a second.
 */
import type { Host } from './host/host.ts'
import { type Memory, newMemory } from './memory.ts'
import { forgetServers } from './needed-servers.ts'
import { readList } from './read-list.ts'
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
  for (const record of results.splice(0)) record()
  const isNewList = (isCheck || hints.list) && (await readList(memory, hints, host))
  const list = memory.loaded?.list
  if (list !== undefined) {
    forgetServers(memory, host.now())
    updateOrders(memory, list, host.now())
    const isRetry = host.now() >= memory.retryAt
    const checkNode = isCheck || isRetry || hints.node || hints.list
    await writeWhenDue(memory, list, { isNewList, checkNode }, host)
    reportRegistries(memory, list, host)
    sendDueProbes(memory, list, results, host)
    await saveWhenDue(memory, list.health, host)
  }
  memory.turnedAt = host.now()
  host.onTurn(memory)
}

function nextDue(memory: Memory): number {
  if (memory.loaded === undefined) return Number.POSITIVE_INFINITY
  const { serverWaitUntil, limitedUntil, saveHealthAt, retryAt } = memory
  const waitUntil = serverWaitUntil ?? limitedUntil ?? Number.POSITIVE_INFINITY
  return Math.min(waitUntil, saveHealthAt, retryAt, nextProbeAt(memory))
}
