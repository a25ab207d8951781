/** `watch`: keep the node as the list says, while mirrors die and recover. */
import path from 'node:path'
import pkg from '../../package.json' with { type: 'json' }
import { removeWatchLeftovers } from '../apply/leftovers.ts'
import { withTicket } from '../apply/lock.ts'
import { loadParsers } from '../list/source/source.ts'
import { Failure } from '../model/errors.ts'
import type { World } from '../model/world.ts'
import { readState } from '../ownership/state.ts'
import { refuseForeignState } from '../ownership/state-folder.ts'
import { assertOurs, type LockOptions, watchLockRequest } from '../pipeline/lock.ts'
import { type Options, openList, openNode } from '../pipeline/open.ts'
import { onceRead, openProber } from '../pipeline/prober.ts'
import { placesOf, type Work, walk } from '../pipeline/reconcile.ts'
import { keepBook, keepHistory, recall } from '../pipeline/watch-files.ts'
import { monotonicMs, openClocks } from '../system/clocks.ts'
import { runProgram } from '../system/run.ts'
import { isStderrJournal } from '../system/systemd-journal.ts'
import type { Choices } from '../targets/target.ts'
import { droppedEvent, failedEvent, fileWatchEvent, noticeEvent } from '../watch/events.ts'
import { openDirectoryWatcher } from '../watch/host/directory-watcher.ts'
import type { Hints, Host } from '../watch/host/host.ts'
import { journalLine, type LogFormat, logLine } from '../watch/host/log.ts'
import { openNotifier } from '../watch/host/notify.ts'
import { openReadiness } from '../watch/host/readiness.ts'
import { openSleeper } from '../watch/host/sleeper.ts'
import { buildHealthFile } from '../watch/known-health.ts'
import { watch as loop } from '../watch/loop.ts'
import { type Memory, newMemory } from '../watch/memory.ts'
import { buildStatus, buildSummary } from '../watch/serve/build-status.ts'
import { listeningEvent } from '../watch/serve/listen-address.ts'
import { serve } from '../watch/serve/serve.ts'
import { summaryLine } from '../watch/serve/summary-line.ts'

export interface WatchOptions extends Options, Choices, LockOptions {
  /** Undefined: text on a terminal, JSON otherwise. */
  readonly logFormat: LogFormat | undefined
  /** `[HOST:]PORT` to serve the status at; undefined: nowhere. */
  readonly listen: string | undefined
  /** What is left behind: the files as they are, or as the list declares them. */
  readonly onExit: 'keep' | 'declared'
}

type Tell = Work['tell']

/**
 * Runs until it is told to stop. Throws Failure `locked` when somebody else watches this node. False: a Failure has ended
 * it, and a log in JSON has it as its last event.
 */
export async function watch(options: WatchOptions, outside: World): Promise<boolean> {
  // Before anything is written: an upgrade may replace our files at any time.
  await loadParsers()
  const world = { ...outside, stdin: onceRead(outside.stdin) }
  const line = (await isStderrJournal(world.env)) ? journalLine : logLine
  const log = world.openLog(count => line(droppedEvent(count), world.now(), format))
  const format = options.logFormat ?? (log.isTTY ? 'text' : 'json')
  const tell: Tell = event => log.write(line(event, world.now(), format))
  try {
    await watchNode(options, world, tell)
    return true
  } catch (error) {
    // A text log has it as a line of stderr, like any command.
    if (format === 'text' || !(error instanceof Failure)) throw error
    tell(failedEvent(error))
    return false
  }
}

async function watchNode(options: WatchOptions, world: World, tell: Tell): Promise<void> {
  const node = await openNode(options, world)
  const request = await watchLockRequest(calledAs(options), node, world)
  await withTicket(node, request, async fresh => {
    // Again, now that nobody else can put anything there.
    await refuseForeignState(node, world.uid)
    await removeWatchLeftovers(node)
    await watchAlone({ node, holder: request.holder, made: fresh, options, world, tell })
  })
}

/** With its list, where that is not the usual one: who plans by another is to see that. */
function calledAs({ file }: WatchOptions): string {
  return file === undefined ? 'watch' : `watch -f ${file === '-' ? file : path.resolve(file).slice(0, 300)}`
}

async function watchAlone(work: Work & { readonly options: WatchOptions }): Promise<void> {
  const { options, world, tell } = work
  const watcher = { version: pkg.version, machine: world.machine }
  const clocks = openClocks(world)
  let memory = newMemory(monotonicMs(world))
  const known = {
    summary: () => buildSummary(memory, clocks(), watcher),
    status: () => buildStatus(memory, clocks(), watcher),
  }
  const serving = options.listen === undefined ? undefined : await serve(options.listen, known)
  if (serving) tell(listeningEvent(serving))
  try {
    await keepRight(work, now => {
      memory = now
    })
    if (options.onExit === 'declared') await declare(memory, work)
  } finally {
    await serving?.close()
  }
}

async function keepRight(work: Work, onTurn: (memory: Memory) => void): Promise<void> {
  const { node, holder, options, world, tell } = work
  const sleeper = openSleeper()
  const notifier = openNotifier(world, runProgram)
  const hints: Hints = { list: false, node: false, requested: false }
  // Whose a path is does not matter: to look is cheap, and not to look where it was needed is not.
  const look = () => {
    hints.list = true
    hints.node = true
    sleeper.wake()
  }
  const eyes = openDirectoryWatcher(look, error => tell(fileWatchEvent(error)))
  let listFile = options.file
  const readiness = openReadiness()
  const asker = openProber(options, world)
  const attend = async () => eyes.watch(await placesOf(listFile, await readState(node), work))
  world.onHangup(() => {
    hints.requested = true
    asker.readAgain()
    look()
    notifier.reloading()
    // Once, however often it is said before it is done.
    if (readiness.request()) return
    tell({ event: 'reload', level: 'info', text: 'SIGHUP: reading the list again' })
  })
  world.signal.addEventListener('abort', sleeper.wake, { once: true })
  const host: Host = {
    now: () => monotonicMs(world),
    random: Math.random,
    wait: async until => {
      const now = monotonicMs(world)
      await sleeper.sleep(Math.min(until - now, notifier.heartbeatDueIn(now)))
      await assertOurs(node, holder)
    },
    wake: sleeper.wake,
    stopped: () => world.signal.aborted,
    hints: () => {
      readiness.beginTurn()
      const taken = { ...hints }
      hints.list = false
      hints.node = false
      hints.requested = false
      return taken
    },
    loadList: async () => {
      const loaded = await openList(options, node, world)
      listFile = loaded.file
      return loaded
    },
    reconcile: async (list, scope) => {
      const walked = await walk(list, scope, work)
      await attend()
      return walked
    },
    probe: asker.ask,
    readSaved: () => recall(node, world),
    saveHealth: file => keepBook(file, node, world),
    saveHistory: history => keepHistory(history, node, world),
    log: tell,
    onTurn: memory => {
      onTurn(memory)
      const words = summaryLine(memory)
      if (readiness.endTurn()) notifier.ready(words)
      notifier.heartbeat(monotonicMs(world), words)
    },
  }
  try {
    await attend()
    await loop(host)
    tell({ event: 'stopping', level: 'info', text: 'stopping' })
    await notifier.stopping()
  } finally {
    await eyes.close()
  }
}

/** Puts every mirror of the list back; being told to stop does not stop that. */
async function declare(memory: Memory, work: Work): Promise<void> {
  const { loaded } = memory
  if (loaded === undefined) return
  const world = { ...work.world, signal: new AbortController().signal }
  const { report, notices } = await walk(loaded.list, 'immediate', { ...work, world })
  for (const notice of notices) work.tell(noticeEvent(notice))
  for (const { path } of report.changes)
    work.tell({
      event: 'file_written',
      level: 'info',
      text: `${path} is as the list declares it`,
      fields: { path },
    })
  // Nobody is there any more who would take out again what apply leaves out.
  const now = monotonicMs(world)
  await keepBook({ ...buildHealthFile(memory, loaded.list.health, now), stale_at: now - 1 }, work.node, world)
}
