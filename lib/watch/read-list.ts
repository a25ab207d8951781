/** Reads the list, and keeps the last valid one in use while it is invalid. */
import type { LoadedList } from '../list/load.ts'
import { adoptList } from './adopt-list.ts'
import { noticeEvents, problemText } from './events.ts'
import type { Host, Triggers } from './host/host.ts'
import { invalidListEvent, loadedListEvent, unchangedListEvent, validListEvent } from './list-events.ts'
import type { Memory } from './memory.ts'
import { reportEvent, reportNewEvents } from './report-event.ts'

/** Returns whether the list differs from the one before. */
export async function readList(memory: Memory, { requested }: Triggers, host: Host): Promise<boolean> {
  try {
    const loaded = await host.loadList()
    memory.reads.success += 1
    return await recordList(loaded, requested, memory, host)
  } catch (error) {
    memory.reads.error += 1
    recordProblem(error, requested, memory, host)
    return false
  }
}

async function recordList(
  loaded: LoadedList,
  requested: boolean,
  memory: Memory,
  host: Host,
): Promise<boolean> {
  const { file, list, notices } = loaded
  const wasValid = memory.listProblem === undefined
  if (!wasValid) reportEvent(memory, validListEvent(file), host)
  memory.listProblem = undefined
  const before = memory.loaded?.list
  const isNew = list !== before && JSON.stringify(list) !== JSON.stringify(before)
  if (isNew) await useList(loaded, memory, host)
  else if (requested && wasValid) reportEvent(memory, unchangedListEvent(file, undefined), host)
  memory.listNotices = reportNewEvents(memory.listNotices, noticeEvents(notices), memory, host)
  return isNew
}

function recordProblem(error: unknown, requested: boolean, memory: Memory, host: Host): void {
  const problem = problemText(error)
  const consequence =
    memory.loaded === undefined
      ? 'the watcher writes nothing until it is valid'
      : 'the watcher uses the last valid list'
  if (problem !== memory.listProblem) reportEvent(memory, invalidListEvent(error, consequence), host)
  else if (requested) reportEvent(memory, unchangedListEvent('', problem), host)
  memory.listProblem = problem
}

async function useList(loaded: LoadedList, memory: Memory, host: Host): Promise<void> {
  const { list } = loaded
  const listed = await host.listEndpoints(list)
  const saved = memory.loaded === undefined ? await host.readSaved() : {}
  adoptList(memory, list, listed, saved, host)
  memory.loaded = loaded
  memory.loadedAt = host.now()
  reportEvent(memory, loadedListEvent(loaded, memory.mirrors.length), host)
}
