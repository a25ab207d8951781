/**
 * One loop, one walk at a time. Whatever happens is a hint to look again: at the list, at the node, at a mirror that is
 * due. The world is handed in, so that days pass in a test within a moment.
 */
import { counted } from '../counted.ts'
import type { LoadedList } from '../list/load.ts'
import type { MirrorList } from '../registry.ts'
import type { Probe } from '../report.ts'
import { adopt } from './adopt.ts'
import { healthEvent, noticeEvent, problemOf, sameEvent, unsoundEvent } from './events.ts'
import * as known from './known.ts'
import type { Memory, Watched } from './memory.ts'
import * as remember from './memory.ts'
import { tellOutages } from './outages.ts'
import { say, sayNews } from './say.ts'
import type { Hints, Surroundings } from './surroundings.ts'
import { keep, keepHistory, write } from './writes.ts'

/** What no hint tells of is found out by looking. */
const LOOK_MS = 60_000

export async function watch(around: Surroundings): Promise<Memory> {
  const memory = remember.blank(around.now())
  const answers: (() => void)[] = []
  let lookAt = 0
  while (!around.stopped()) {
    const look = around.now() >= lookAt
    const hints = around.hints()
    if (look) lookAt = around.now() + LOOK_MS
    for (const take of answers.splice(0)) take()
    const renewed = (look || hints.list) && (await reload(memory, hints, around))
    const list = memory.loaded?.list
    if (list !== undefined) {
      known.forgetServers(memory, around.now())
      known.reorder(memory, list, around.now())
      const again = around.now() >= memory.retryAt
      await write(memory, list, { renewed, node: look || again || hints.node || hints.list }, around)
      tellOutages(memory, list, around)
      askDue(memory, list, around, answers)
      await keep(memory, list, around)
    }
    memory.turnedAt = around.now()
    around.turned(memory)
    if (answers.length === 0) await around.wait(Math.min(lookAt, nextMoment(memory)))
  }
  await keepHistory(memory, around)
  return memory
}

/** Reads the list; says whether it is another than before. */
async function reload(memory: Memory, { told }: Hints, around: Surroundings): Promise<boolean> {
  const before = memory.listProblem
  try {
    const loaded = await around.load()
    memory.reads.good += 1
    if (memory.listProblem !== undefined)
      say(memory, { event: 'list_valid', level: 'info', text: `${loaded.file} is sound again` }, around)
    memory.listProblem = undefined
    const renewed = JSON.stringify(loaded.list) !== JSON.stringify(memory.loaded?.list)
    if (renewed) await renew(loaded, memory, around)
    else if (told && before === undefined) say(memory, sameEvent(loaded.file, undefined), around)
    memory.cautions = sayNews(memory.cautions, loaded.notices.map(noticeEvent), memory, around)
    return renewed
  } catch (error) {
    const problem = problemOf(error)
    memory.reads.bad += 1
    const none = memory.loaded === undefined
    const rest = none ? 'nothing is done until the list is sound' : 'the last good list stays in force'
    if (problem !== before) say(memory, unsoundEvent(error, rest), around)
    else if (told) say(memory, sameEvent('', problem), around)
    memory.listProblem = problem
    return false
  }
}

async function renew(loaded: LoadedList, memory: Memory, around: Surroundings): Promise<void> {
  const { file, list } = loaded
  const first = memory.loaded === undefined
  adopt(memory, loaded, first ? await around.recall() : {}, around.now(), around.dice)
  Object.assign(memory, { loaded, loadedAt: around.now() })
  const registries = counted(list.registries.length, 'registry', 'registries')
  const text = `read ${file}: ${registries}, ${counted(memory.mirrors.length, 'mirror', 'mirrors')}`
  say(memory, { event: 'list_loaded', level: 'info', text, fields: { file } }, around)
}

/** Asks whoever is due. What is listed for several registries in the same way is asked once. */
function askDue(memory: Memory, list: MirrorList, around: Surroundings, answers: (() => void)[]): void {
  const now = around.now()
  const all = [...memory.mirrors, ...known.neededServers(memory)]
  for (const { question, asking, standing } of all) {
    if (asking || standing.nextAt > now) continue
    const group = all.filter(one => one.question === question && !one.asking)
    const [first] = group
    if (first === undefined) continue
    for (const watched of group) watched.asking = true
    const answer = (probe: Probe) => () => {
      for (const watched of group) take(watched, probe, memory, list, around)
    }
    void heard(around.ask(first.endpoint, list).then(answer), answers).then(around.wake)
  }
}

/** What goes wrong there is the loop's to throw: nobody else would hear of it. */
async function heard(asked: Promise<() => void>, answers: (() => void)[]): Promise<void> {
  const fail = (error: unknown) => () => {
    throw error
  }
  answers.push(await asked.catch(fail))
}

function take(watched: Watched, probe: Probe, memory: Memory, list: MirrorList, around: Surroundings): void {
  watched.asking = false
  // It may have gone from the list meanwhile.
  if (!memory.mirrors.includes(watched) && !memory.servers.includes(watched)) return
  const wasUp = known.isUp(watched)
  const changed = remember.answered(watched, probe, list, around.now(), around.dice)
  if (changed) say(memory, healthEvent(watched), around)
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
