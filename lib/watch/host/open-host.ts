/** Opens everything outside the loop of a watcher: the clocks, the files, the mirrors, systemd and the log. */
import type { MirrorList } from '../../model/registry.ts'
import type { World } from '../../model/world.ts'
import { readState } from '../../ownership/state.ts'
import { findRequests } from '../../pipeline/list-network.ts'
import { openWatchLockCheck } from '../../pipeline/lock.ts'
import { recoverRun } from '../../pipeline/recovery.ts'
import { monotonicMs } from '../../system/clocks.ts'
import { runProgram } from '../../system/run.ts'
import { fileWatchEvent, noticeEvents } from '../events.ts'
import { reloadListEvent } from '../list-events.ts'
import type { Memory } from '../memory.ts'
import { openDirectoryWatcher } from './directory-watcher.ts'
import type { EventLog } from './event-log.ts'
import type { Host, Reconciled, Scope } from './host.ts'
import { openKnownList } from './known-list.ts'
import { type Notifier, openNotifier } from './notify.ts'
import { openProber, type Prober } from './prober.ts'
import { openReadiness, type Readiness } from './readiness.ts'
import { reconcileNode, toWriteAccess, type Work } from './reconcile-node.ts'
import { readSaved, saveHealth, saveHistory } from './saved-files.ts'
import { openSleeper, type Sleeper } from './sleeper.ts'
import { summaryLine } from './summary-line.ts'
import { openTriggers, type TriggerBox } from './triggers.ts'
import { findWatchedDirectories } from './watched-directories.ts'

/** A watcher's work, and where its events go. */
export type LoggedWork = Work & { readonly log: EventLog['write'] }

export interface OpenHost {
  readonly host: Host
  /** Before the first turn of the loop. */
  start(): Promise<void>
  /** Notifies systemd that the watcher stops. */
  stopping(): Promise<void>
  close(): Promise<void>
}

/** The parts of a host that several of its functions use. */
interface Parts {
  readonly sleeper: Sleeper
  readonly hints: TriggerBox
  readonly readiness: Readiness
  readonly notifier: Notifier
  readonly prober: Prober
  readonly sources: Sources
}

/** `onTurn` is called at the end of every turn of the loop. */
export function openHost(work: LoggedWork, onTurn: (memory: Memory) => void): OpenHost {
  const { options, targets, world } = work
  const [sleeper, hints] = [openSleeper(), openTriggers()]
  // To look is cheap, so it does not matter whether a change was one of the list or of the node.
  const onChange = () => {
    hints.add({ list: true, node: true })
    sleeper.wake()
  }
  const sources = openSources(work, onChange)
  const notifier = openNotifier(world, runProgram)
  const prober = openProber({ ...options, targets }, world)
  const parts = { sleeper, hints, readiness: openReadiness(), notifier, prober, sources }
  onHangup(parts, onChange, work)
  world.signal.addEventListener('abort', sleeper.wake, { once: true })
  const host = buildHost(parts, work, onTurn)
  return { host, start: sources.watch, stopping: notifier.stopping, close: sources.close }
}

/** SIGHUP: reads everything again, and logs what came of it. */
function onHangup(
  { hints, readiness, notifier, prober }: Parts,
  onChange: () => void,
  work: LoggedWork,
): void {
  work.world.onHangup(() => {
    hints.add({ requested: true })
    prober.expire()
    onChange()
    notifier.reloading()
    // One line for all signals until the list is read.
    if (readiness.request()) return
    work.log(reloadListEvent())
  })
}

function buildHost(parts: Parts, work: LoggedWork, onTurn: (memory: Memory) => void): Host {
  const { node, options, targets, world, log } = work
  const { hints, readiness, notifier, prober, sources } = parts
  return {
    ...waiting(parts, work),
    random: Math.random,
    hints: () => {
      readiness.beginTurn()
      return hints.take()
    },
    loadList: sources.loadList,
    listEndpoints: async list => {
      const { endpoints, pullers } = await findRequests(list, { ...options, targets }, world)
      return { endpoints, targets: pullers }
    },
    reconcile: async (list, scope, mayReload) => {
      const reconciled = await recoverAndReconcile(list, scope, mayReload, work)
      await sources.watch()
      return reconciled
    },
    probe: prober.probe,
    readSaved: () => readSaved(node, world),
    saveHealth: file => saveHealth(file, node, world),
    saveHistory: history => saveHistory(history, node, world),
    log,
    onTurn: memory => {
      onTurn(memory)
      const status = () => summaryLine(memory)
      if (readiness.endTurn()) notifier.ready(status())
      notifier.heartbeat(monotonicMs(world), status)
    },
  }
}

function waiting(
  { sleeper, notifier }: Parts,
  { node, holder, world }: Work,
): Pick<Host, 'now' | 'wait' | 'wake' | 'stopped' | 'assertLock'> {
  const now = () => monotonicMs(world)
  return {
    now,
    wait: until => sleeper.sleep(Math.min(until - now(), notifier.heartbeatDueIn(now()))),
    assertLock: openWatchLockCheck(node, holder, world),
    wake: sleeper.wakeSoon,
    stopped: () => world.signal.aborted,
  }
}

/** A recovery is logged even where the list cannot be written after it. */
export async function recoverAndReconcile(
  list: MirrorList,
  scope: Scope,
  mayReload: (target: string) => boolean,
  work: LoggedWork,
): Promise<Reconciled> {
  for (const event of noticeEvents(await recoverRun(toWriteAccess(work)))) work.log(event)
  return await reconcileNode(list, scope, mayReload, work)
}

interface Sources {
  readonly loadList: Host['loadList']
  /** Watches the directories that matter by now. */
  watch(): Promise<void>
  close(): Promise<void>
}

/** The list and the files of the node, with a watch on their directories. */
function openSources(work: LoggedWork, onChange: () => void): Sources {
  const { options, table, node, world, log } = work
  const watcher = openDirectoryWatcher(onChange, error => log(fileWatchEvent(error)))
  const readList = openKnownList({ options, table, node, world })
  let listFile = options.file
  return {
    loadList: async () => {
      const loaded = await readList()
      listFile = loaded.file
      return loaded
    },
    watch: async () => watcher.watch(await findWatchedDirectories(listFile, await readState(node), work)),
    close: watcher.close,
  }
}

/** Standard input can be read once only, and a watcher reads its list again and again. */
export function readOnce(stdin: World['stdin']): World['stdin'] {
  let bytes: Promise<Buffer> | undefined
  return most => {
    bytes ??= stdin(most)
    return bytes
  }
}
