/**
 * One loop, one walk at a time. Whatever happens is a hint to look again: at the list, at the node, at a mirror that is
 * due. The world is handed in, so that days pass in a test within a moment.
 */
import { spend } from '../health/allowance.ts'
import { listed } from '../health/listing.ts'
import type { MirrorList } from '../registry.ts'
import type { Probe } from '../report.ts'
import { changeEvent, type Event, healthEvent, problemOf } from './events.ts'
import * as known from './known.ts'
import type { Memory, Watched } from './memory.ts'
import * as remember from './memory.ts'
import type { Surroundings } from './surroundings.ts'

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
    const renewed = (look || hints.list) && (await reload(memory, around))
    const list = memory.loaded?.list
    if (list !== undefined) {
      known.reorder(memory, list, around.now())
      await write(memory, list, { renewed, node: look || hints.node || hints.list }, around)
      askDue(memory, list, around, answers)
      await keep(memory, list, around)
    }
    memory.turnedAt = around.now()
    around.turned(memory)
    if (answers.length === 0) await around.wait(Math.min(lookAt, nextMoment(memory)))
  }
  return memory
}

function say(memory: Memory, event: Event, around: Surroundings): void {
  remember.note(memory, around.now(), event.text)
  around.tell(event)
}

/** Reads the list; says whether it is another than before. */
async function reload(memory: Memory, around: Surroundings): Promise<boolean> {
  try {
    const loaded = await around.load()
    memory.reads.good += 1
    if (memory.listProblem !== undefined)
      say(memory, { event: 'list_valid', level: 'info', text: `${loaded.file} is sound again` }, around)
    memory.listProblem = undefined
    const text = JSON.stringify(loaded.list)
    if (memory.loaded !== undefined && text === JSON.stringify(memory.loaded.list)) return false
    const first = memory.loaded === undefined
    remember.adopt(memory, loaded, first ? await around.recall() : undefined, around.now(), around.dice)
    Object.assign(memory, { loaded, loadedAt: around.now() })
    const text_ = `read ${loaded.file}: ${loaded.list.registries.length} registries, ${memory.mirrors.length} mirrors`
    say(memory, { event: 'list_loaded', level: 'info', text: text_, fields: { file: loaded.file } }, around)
    return true
  } catch (error) {
    const problem = problemOf(error)
    memory.reads.bad += 1
    if (problem !== memory.listProblem) {
      const rest = memory.loaded === undefined ? 'nothing is done' : 'the last good list stays in force'
      say(memory, { event: 'list_invalid', level: 'error', text: `${problem} (${rest})` }, around)
    }
    memory.listProblem = problem
    return false
  }
}

interface Reasons {
  /** The list is another. */
  readonly renewed: boolean
  /** The node may be. */
  readonly node: boolean
}

async function write(memory: Memory, declared: MirrorList, { renewed, node }: Reasons, around: Surroundings) {
  const list = listed(declared, known.knownOf(memory, declared))
  const form = remember.writtenForm(list)
  const first = memory.written === undefined
  const moved = form !== memory.written
  if (!moved) memory.heldUntil = undefined
  if (!moved && !node) return
  if (moved && !first && !renewed) {
    // Whether the server can stand in is known in a moment.
    const unsettled = known.neededServers(memory).some(server => known.isUp(server) === undefined)
    if (unsettled || !mayRewrite(memory, around)) return
  }
  await walk(memory, list, first || renewed ? 'all' : 'at once', around)
  memory.written = form
}

function mayRewrite(memory: Memory, around: Surroundings): boolean {
  const spent = spend(memory.rewrites, around.now(), remember.REWRITES)
  if ('allowance' in spent) {
    Object.assign(memory, { rewrites: spent.allowance, heldUntil: undefined })
    return true
  }
  if (memory.heldUntil === undefined) {
    const text = `mirrors come and go: more than ${remember.REWRITES.anHour} changes an hour are held back`
    say(memory, { event: 'held', level: 'warn', text }, around)
  }
  memory.heldUntil = spent.heldUntil
  return false
}

async function walk(memory: Memory, list: MirrorList, scope: 'all' | 'at once', around: Surroundings) {
  try {
    const { report, hosts } = await around.walk(list, scope)
    if (memory.nodeProblem !== undefined)
      say(memory, { event: 'write_ok', level: 'info', text: 'the node can be written to again' }, around)
    for (const change of report.changes) say(memory, changeEvent(change), around)
    const restart = report.restart.map(({ command, why }) => `${command} (${why})`)
    for (const text of restart.filter(one => !memory.restart.includes(one)))
      say(memory, { event: 'restart_needed', level: 'warn', text: `needs a restart: ${text}` }, around)
    Object.assign(memory, { nodeProblem: undefined, restart, hosts })
    if (report.changes.length > 0)
      Object.assign(memory, { writtenAt: around.now(), writes: memory.writes + 1 })
  } catch (error) {
    const problem = problemOf(error)
    if (problem !== memory.nodeProblem)
      say(memory, { event: 'write_failed', level: 'error', text: problem }, around)
    Object.assign(memory, { nodeProblem: problem, failures: memory.failures + 1 })
  }
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
    void around.ask(first.endpoint, list).then(probe => {
      answers.push(() => {
        for (const watched of group) take(watched, probe, memory, list, around)
      })
      around.wake()
    })
  }
}

function take(watched: Watched, probe: Probe, memory: Memory, list: MirrorList, around: Surroundings): void {
  watched.asking = false
  // It may have gone from the list meanwhile.
  if (!memory.mirrors.includes(watched) && !memory.servers.includes(watched)) return
  if (!remember.answered(watched, probe, list, around.now(), around.dice)) return
  memory.keepAt = 0
  say(memory, healthEvent(watched), around)
}

/** Once an interval, and when a health has changed. */
async function keep(memory: Memory, list: MirrorList, around: Surroundings): Promise<void> {
  const now = around.now()
  if (now < memory.keepAt) return
  memory.keepAt = now + list.health.intervalMs
  try {
    await around.keep(known.bookOf(memory, list, now))
  } catch (error) {
    const problem = problemOf(error)
    if (memory.nodeProblem === undefined)
      say(memory, { event: 'write_failed', level: 'error', text: problem }, around)
    memory.nodeProblem = problem
  }
}

function nextMoment(memory: Memory): number {
  if (memory.loaded === undefined) return Number.POSITIVE_INFINITY
  const asked = [...memory.mirrors, ...known.neededServers(memory)].filter(({ asking }) => !asking)
  return Math.min(
    memory.heldUntil ?? Infinity,
    memory.keepAt,
    ...asked.map(({ standing }) => standing.nextAt),
  )
}
