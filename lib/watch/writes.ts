/** When the node is written to, and what is said of it. */
import { spend } from '../health/allowance.ts'
import { listed } from '../health/listing.ts'
import type { MirrorList } from '../registry.ts'
import { changeEvent, problemOf } from './events.ts'
import * as known from './known.ts'
import type { Memory } from './memory.ts'
import * as remember from './memory.ts'
import { say, sayNews } from './say.ts'
import type { Surroundings, Walked } from './surroundings.ts'

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
  around: Surroundings,
): Promise<void> {
  const list = listed(declared, known.knownOf(memory))
  const form = remember.writtenForm(list)
  const first = memory.written === undefined
  const moved = form !== memory.written
  if (renewed) memory.owed = 'all'
  if (!moved) memory.heldUntil = undefined
  if (!moved && !node) return
  if (moved && !first && !renewed && !mayRewrite(memory, around)) return
  await walk(memory, list, around)
  memory.written = form
}

function mayRewrite(memory: Memory, around: Surroundings): boolean {
  // Whether the server can stand in is known in a moment.
  if (known.neededServers(memory).some(server => known.isAboutToTell(server, around.now()))) return false
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

/** Until a write that failed is tried again: a disk that is full is often not so for long. */
const RETRY_MS = 10_000

/** What could not be written stays owed: config.toml too, when it was to be written. */
async function walk(memory: Memory, list: MirrorList, around: Surroundings): Promise<void> {
  try {
    const walked = await around.walk(list, memory.owed)
    if (memory.nodeProblem !== undefined)
      say(memory, { event: 'write_ok', level: 'info', text: 'the node can be written to again' }, around)
    Object.assign(memory, { nodeProblem: undefined, retryAt: Infinity, inForce: true, owed: 'at once' })
    takeIn(walked, memory, around)
  } catch (error) {
    const problem = problemOf(error)
    if (problem !== memory.nodeProblem)
      say(memory, { event: 'write_failed', level: 'error', text: problem }, around)
    const retryAt = around.now() + RETRY_MS
    Object.assign(memory, { nodeProblem: problem, retryAt, failures: memory.failures + 1 })
  }
}

function takeIn({ report, left, hosts }: Walked, memory: Memory, around: Surroundings): void {
  for (const change of report.changes) say(memory, changeEvent(change), around)
  const differs = left.map(
    path => `${path} is not as the list says, and acts on a restart: left to regmirror apply`,
  )
  sayNews(memory.left, differs, { event: 'left_alone', level: 'warn' }, memory, around)
  const restart = report.restart.map(({ command, why }) => `${command} (${why})`)
  const needs = restart.map(text => `needs a restart: ${text}`)
  sayNews(
    memory.restart.map(text => `needs a restart: ${text}`),
    needs,
    { event: 'restart_needed', level: 'warn' },
    memory,
    around,
  )
  Object.assign(memory, { left: differs, restart, hosts })
  if (report.changes.length > 0) Object.assign(memory, { writtenAt: around.now(), writes: memory.writes + 1 })
}

/** Once an interval, and when a health has changed. */
export async function keep(memory: Memory, list: MirrorList, around: Surroundings): Promise<void> {
  const now = around.now()
  if (now < memory.keepAt) return
  memory.keepAt = now + list.health.intervalMs
  try {
    await around.keep(known.bookOf(memory, list, now))
    memory.keepProblem = undefined
  } catch (error) {
    const problem = problemOf(error)
    if (problem !== memory.keepProblem)
      say(memory, { event: 'keep_failed', level: 'error', text: problem }, around)
    memory.keepProblem = problem
  }
}
