/** `watch`: keep the node up to date as mirrors fail and recover. */
import path from 'node:path'
import pkg from '../../package.json' with { type: 'json' }
import { removeWatchLeftovers } from '../apply/leftovers.ts'
import { withNodeLock } from '../apply/node-lock.ts'
import { Failure } from '../model/errors.ts'
import { refuseForeignState } from '../ownership/state-trust.ts'
import { watchLockRequest } from '../pipeline/lock.ts'
import { type NodeOptions, openNode, selectTargets } from '../pipeline/open.ts'
import { openWatchScope } from '../pipeline/scope.ts'
import { callInThreadPool } from '../system/calls.ts'
import { monotonicMs, openClocks } from '../system/clocks.ts'
import { compileSeldom } from '../system/compile-seldom.ts'
import { buildHealthFile } from '../watch/current-health.ts'
import { failedEvent, listeningEvent, stoppingEvent } from '../watch/events.ts'
import { openEventLog } from '../watch/host/event-log.ts'
import { type LoggedWork, openHost, readOnce, recoverAndReconcile } from '../watch/host/open-host.ts'
import { saveHealth } from '../watch/host/saved-files.ts'
import { watch as runLoop } from '../watch/loop.ts'
import { type Memory, newMemory } from '../watch/memory.ts'
import { buildStatus, buildSummary } from '../watch/serve/build-status.ts'
import { serve } from '../watch/serve/serve.ts'
import { declaredEvent } from '../watch/write-events.ts'
import type { RunCommand } from './command.ts'
import type { WatchFlags } from './flags.ts'

/** Runs until it is stopped. Throws Failure `locked` when another process watches this node. */
export const watch: RunCommand<WatchFlags> = async (given, context) => {
  // A disk that hangs must not stop the page and the probes.
  callInThreadPool()
  compileSeldom()
  const table = await context.targets()
  const targets = selectTargets(table, given.target)
  const world = { ...context.world, stdin: readOnce(context.world.stdin) }
  const log = await openEventLog(given.logFormat, world)
  try {
    const flags = await openWatchScope(given, table, world)
    const work = { options: flags, table, targets, world, log: log.write }
    await watchNode(flags, work)
    return 0
  } catch (error) {
    // In a text log it is a line of stderr, as of any command; a log in JSON has it as its last event.
    if (log.format === 'text' || !(error instanceof Failure)) throw error
    log.write(failedEvent(error))
    return 2
  }
}

type Unlocked = Omit<LoggedWork, 'node' | 'holder' | 'made'>

/** Becomes the only watcher of the node. */
async function watchNode(flags: WatchFlags & NodeOptions, work: Unlocked): Promise<void> {
  const { world } = work
  const node = await openNode(flags, world)
  const request = await watchLockRequest(shownCommand(flags), node, world)
  await withNodeLock(node, request, async made => {
    // Again: until the lock was taken, another user could put a file there.
    await refuseForeignState(node, world.uid)
    await removeWatchLeftovers(node)
    await watchAlone(flags, { ...work, node, holder: request.holder, made })
  })
}

/** With its list, where that is not the default one: a plan by another list is to show it. */
function shownCommand({ file }: WatchFlags): string {
  return file === undefined ? 'watch' : `watch -f ${file === '-' ? file : path.resolve(file).slice(0, 300)}`
}

async function watchAlone(flags: WatchFlags, work: LoggedWork): Promise<void> {
  const { world, log } = work
  const watcher = { version: pkg.version, machine: world.machine }
  const clocks = openClocks(world)
  let memory = newMemory(monotonicMs(world))
  const known = {
    summary: () => buildSummary(memory, clocks(), watcher),
    status: () => buildStatus(memory, clocks(), watcher),
  }
  const server = flags.listen === undefined ? undefined : await serve(flags.listen, known)
  if (server) log(listeningEvent(server))
  try {
    await keepUpToDate(work, latest => {
      memory = latest
    })
    if (flags.onExit === 'declared') await writeDeclared(memory, work)
  } finally {
    await server?.close()
  }
}

async function keepUpToDate(work: LoggedWork, onTurn: (memory: Memory) => void): Promise<void> {
  const { host, start, stopping, close } = openHost(work, onTurn)
  try {
    await start()
    await runLoop(host)
    work.log(stoppingEvent())
    await stopping()
  } finally {
    await close()
  }
}

/** Writes every mirror of the list; the signal that has stopped the watcher does not stop this. */
async function writeDeclared(memory: Memory, work: LoggedWork): Promise<void> {
  const { loaded } = memory
  if (loaded === undefined) return
  const world = { ...work.world, signal: new AbortController().signal }
  const { report } = await recoverAndReconcile(loaded.list, 'immediate', () => true, { ...work, world })
  for (const { path } of report.changes) work.log(declaredEvent(path))
  // No watcher removes unhealthy mirrors any more, so `apply` must not exclude them either.
  const now = monotonicMs(world)
  await saveHealth(
    { ...buildHealthFile(memory, loaded.list.health, now), stale_at: now - 1 },
    work.node,
    world,
  )
}
