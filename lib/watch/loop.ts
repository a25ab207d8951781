/**
 * One loop, one walk at a time. Whatever happens is a hint to look again: at the list, at the node, at a mirror that is
 * due. The world is handed in, so that days pass in a test within a moment.
 */

import type { LoadedList } from '../list/load.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Probe } from '../model/report.ts'
import { plural } from '../wording/plural.ts'
import { adoptList } from './adopt-list.ts'
import { healthEvent, noticeEvent, problemOf, sameEvent, unsoundEvent } from './events.ts'
import type { Hints, Host } from './host/host.ts'
import * as known from './known.ts'
import type { Memory, Watched } from './memory.ts'
import * as remember from './memory.ts'
import { reportOutages } from './outages.ts'
import { reportEvent, reportNews } from './report.ts'
import { keep, keepHistory, write } from './writes.ts'

/** What no hint tells of is found out by looking. */
const LOOK_MS = 60_000

export async function watch(host: Host): Promise<Memory> {
  const memory = remember.blank(host.now())
  const answers: (() => void)[] = []
  let lookAt = 0
  while (!host.stopped()) {
    const look = host.now() >= lookAt
    const hints = host.hints()
    if (look) lookAt = host.now() + LOOK_MS
    for (const take of answers.splice(0)) take()
    const renewed = (look || hints.list) && (await reload(memory, hints, host))
    const list = memory.loaded?.list
    if (list !== undefined) {
      known.forgetServers(memory, host.now())
      known.reorder(memory, list, host.now())
      const again = host.now() >= memory.retryAt
      await write(memory, list, { renewed, node: look || again || hints.node || hints.list }, host)
      reportOutages(memory, list, host)
      askDue(memory, list, host, answers)
      await keep(memory, list, host)
    }
    memory.turnedAt = host.now()
    host.turned(memory)
    if (answers.length === 0) await host.wait(Math.min(lookAt, nextMoment(memory)))
  }
  await keepHistory(memory, host)
  return memory
}

/** Reads the list; says whether it is another than before. */
async function reload(memory: Memory, { told }: Hints, host: Host): Promise<boolean> {
  const before = memory.listProblem
  try {
    const loaded = await host.load()
    memory.reads.good += 1
    if (memory.listProblem !== undefined)
      reportEvent(memory, { event: 'list_valid', level: 'info', text: `${loaded.file} is sound again` }, host)
    memory.listProblem = undefined
    const renewed = JSON.stringify(loaded.list) !== JSON.stringify(memory.loaded?.list)
    if (renewed) await renew(loaded, memory, host)
    else if (told && before === undefined) reportEvent(memory, sameEvent(loaded.file, undefined), host)
    memory.cautions = reportNews(memory.cautions, loaded.notices.map(noticeEvent), memory, host)
    return renewed
  } catch (error) {
    const problem = problemOf(error)
    memory.reads.bad += 1
    const none = memory.loaded === undefined
    const rest = none ? 'nothing is done until the list is sound' : 'the last good list stays in force'
    if (problem !== before) reportEvent(memory, unsoundEvent(error, rest), host)
    else if (told) reportEvent(memory, sameEvent('', problem), host)
    memory.listProblem = problem
    return false
  }
}

async function renew(loaded: LoadedList, memory: Memory, host: Host): Promise<void> {
  const { file, list } = loaded
  const first = memory.loaded === undefined
  adoptList(memory, loaded, first ? await host.recall() : {}, host.now(), host.random)
  Object.assign(memory, { loaded, loadedAt: host.now() })
  const registries = plural(list.registries.length, 'registry', 'registries')
  const text = `read ${file}: ${registries}, ${plural(memory.mirrors.length, 'mirror', 'mirrors')}`
  reportEvent(memory, { event: 'list_loaded', level: 'info', text, fields: { file } }, host)
}

/** Asks whoever is due. What is listed for several registries in the same way is asked once. */
function askDue(memory: Memory, list: MirrorList, host: Host, answers: (() => void)[]): void {
  const now = host.now()
  const all = [...memory.mirrors, ...known.neededServers(memory)]
  for (const { question, asking, standing } of all) {
    if (asking || standing.nextAt > now) continue
    const group = all.filter(one => one.question === question && !one.asking)
    const [first] = group
    if (first === undefined) continue
    for (const watched of group) watched.asking = true
    const answer = (probe: Probe) => () => {
      for (const watched of group) take(watched, probe, memory, list, host)
    }
    void heard(host.ask(first.endpoint, list).then(answer), answers).then(host.wake)
  }
}

/** What goes wrong there is the loop's to throw: nobody else would hear of it. */
async function heard(asked: Promise<() => void>, answers: (() => void)[]): Promise<void> {
  const fail = (error: unknown) => () => {
    throw error
  }
  answers.push(await asked.catch(fail))
}

function take(watched: Watched, probe: Probe, memory: Memory, list: MirrorList, host: Host): void {
  watched.asking = false
  // It may have gone from the list meanwhile.
  if (!memory.mirrors.includes(watched) && !memory.servers.includes(watched)) return
  const wasUp = known.isUp(watched)
  const changed = remember.recordProbe(watched, probe, list, host.now(), host.random)
  if (changed) reportEvent(memory, healthEvent(watched), host)
  if (changed || wasUp !== known.isUp(watched)) memory.keepAt = 0
}

function nextMoment(memory: Memory): number {
  if (memory.loaded === undefined) return Number.POSITIVE_INFINITY
  const asked = [...memory.mirrors, ...known.neededServers(memory)].filter(({ asking }) => !asking)
  return Math.min(
    memory.doubtUntil ?? memory.heldUntil ?? Infinity,
    memory.keepAt,
    memory.retryAt,
    ...asked.map(({ standing }) => standing.nextAt),
  )
}
