/** When health.json and history.json are saved for the next watcher, and for `plan` and `apply`. */
import type { HealthSettings } from '../model/registry.ts'
import { buildHealthFile } from './current-health.ts'
import { problemText } from './events.ts'
import { buildHistory } from './history.ts'
import type { Host } from './host/host.ts'
import type { Memory } from './memory.ts'
import { reportEvent } from './report-event.ts'
import { saveFailedEvent } from './write-events.ts'

/** The history is larger than the health, and only the status page shows it. */
const HISTORY_MS = 600_000

/** Once an interval, and immediately after a change that other commands have to know. */
export async function saveWhenDue(memory: Memory, settings: HealthSettings, host: Host): Promise<void> {
  const now = host.now()
  if (now < memory.saveHealthAt) return
  memory.saveHealthAt = now + settings.intervalMs
  const withHistory = now >= memory.saveHistoryAt
  if (withHistory) memory.saveHistoryAt = now + HISTORY_MS
  await save(memory, host, async () => {
    await host.saveHealth(buildHealthFile(memory, settings, now))
    if (withHistory) await host.saveHistory(buildHistory(memory))
  })
}

/** When the watcher ends. */
export async function saveLastHistory(memory: Memory, host: Host): Promise<void> {
  if (memory.loaded !== undefined) await save(memory, host, () => host.saveHistory(buildHistory(memory)))
}

async function save(memory: Memory, host: Host, write: () => Promise<void>): Promise<void> {
  try {
    await write()
    memory.saveProblem = undefined
  } catch (error) {
    const problem = problemText(error)
    if (problem !== memory.saveProblem) reportEvent(memory, saveFailedEvent(problem), host)
    memory.saveProblem = problem
  }
}
