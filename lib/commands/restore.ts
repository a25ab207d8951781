/** `restore`: put back what was there before us. */
import { applyPlan, isDone } from '../apply/apply.ts'
import { withTicket } from '../apply/lock.ts'
import type { Notice, RestoredReport } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { isBlank, readState, WATCH_FILES } from '../ownership/state.ts'
import {
  type LockOptions,
  settle,
  sweptNotices,
  unfinishedNotices,
  watchLockRequest,
  withLock,
} from '../pipeline/lock.ts'
import { chosenTargets, machineOf, type NodeOptions, openNode } from '../pipeline/open.ts'
import type { Plan } from '../plan/plan.ts'
import { planReport } from '../plan/report.ts'
import { planRestore, type RestoreChoices } from '../plan/restore.ts'
import type { Reader } from '../system/files.ts'

export interface RestoreOptions extends NodeOptions, LockOptions, RestoreChoices {
  /** Only say what would be done. */
  readonly check: boolean
}

export async function restore(options: RestoreOptions, world: World): Promise<RestoredReport> {
  const node = await openNode(options, world)
  const targets = chosenTargets(options)
  const here = options.root === undefined
  const { uid } = world
  const walk = async () =>
    await planRestore({ node, targets, here, uid, state: await readState(node) }, options)
  if (options.check) {
    const notices = [...(await unfinishedNotices(node)), ...(await unitNotices(node, options))]
    const plan = await walk()
    return { ...reportOf(plan, [...notices, ...plan.notices]), check: true }
  }
  const settled = [...(await settle('restore', node, options, world)), ...(await unitNotices(node, options))]
  const planned = await walk()
  const kept = await Promise.all(WATCH_FILES.map(file => node.facts(file)))
  const remembered = kept.some(facts => facts !== undefined)
  if (isDone(planned) && !remembered) return reportOf(planned, [...settled, ...planned.notices])
  const write = async (made: readonly string[]) => {
    // Again, now that nobody else writes.
    const plan = await walk()
    const bootClock = machineOf(options, world)?.bootClock
    const swept = await applyPlan(plan, node, { command: 'restore', now: world.now(), bootClock, made })
    // What was known of mirrors helps nobody without a list in force.
    if (isBlank(await readState(node))) for (const file of WATCH_FILES) await node.remove(file)
    return { plan, after: sweptNotices(swept) }
  }
  // A watcher would put everything back at once.
  const request = await watchLockRequest('restore', node, world)
  const { result, notices } = await withTicket(node, request, first =>
    withLock('restore', node, options, world, second => write([...first, ...second])),
  )
  return reportOf(result.plan, [...settled, ...notices, ...result.plan.notices, ...result.after])
}

/** The units that this package has (templates/systemd), where they are enabled. */
const ENABLED = '/etc/systemd/system/multi-user.target.wants'

/** Whoever restores a node is to know what writes it again. */
async function unitNotices(node: Reader, { files }: RestoreOptions): Promise<readonly Notice[]> {
  if (files.length > 0) return []
  const entries = (await node.entries(ENABLED)) ?? []
  const units = entries.map(({ name }) => name).filter(name => /^regmirror-.*\.service$/.test(name))
  if (units.length === 0) return []
  const message = `${units.join(' and ')} would write this node again, at the next boot: systemctl disable ${units.join(' ')}`
  return [{ code: 'writes_again', message, file: ENABLED }]
}

function reportOf(plan: Plan, notices: Plan['notices']): RestoredReport {
  return planReport('restore', { ...plan, notices })
}
