/** `restore`: undo everything regmirror changed on this node. */
import path from 'node:path'
import { isDone } from '../apply/apply.ts'
import { withNodeLock } from '../apply/node-lock.ts'
import type { Notice } from '../model/report.ts'
import { isBlank, readState, watchFiles } from '../ownership/state.ts'
import { type Converged, converge } from '../pipeline/converge.ts'
import { interruptedNotices } from '../pipeline/interrupted-run.ts'
import { watchLockRequest } from '../pipeline/lock.ts'
import { openMachine, openNode, selectTargets } from '../pipeline/open.ts'
import { type ActivateOptions, plannedActivations } from '../pipeline/planned-activations.ts'
import { recoverNode } from '../pipeline/recovery.ts'
import type { WriteAccess } from '../pipeline/write-access.ts'
import { buildPlanReport } from '../plan/build-report.ts'
import type { Plan } from '../plan/plan.ts'
import { checkRestore, planRestore } from '../plan/restore.ts'
import type { Reader } from '../system/reader.ts'
import { refuseUnderRoot, withActivated } from './activate-flags.ts'
import type { RunCommand } from './command.ts'
import type { RestoreFlags } from './flags.ts'

type Undoing = { readonly plan: Plan }
type MakePlan = () => Promise<Undoing>

export const restore: RunCommand<RestoreFlags> = async (flags, context) => {
  refuseUnderRoot(flags)
  const { world } = context
  const table = await context.targets()
  const targets = selectTargets(table, flags.target)
  const node = await openNode(flags, world)
  const machine = openMachine(flags, world)
  const { restart, reload } = flags
  const choices = { files: flags.file, overwrite: flags.overwrite, restart, reload }
  const input = async () => ({ node, targets, machine, uid: world.uid, state: await readState(node) })
  const makePlan: MakePlan = async () => ({ plan: await planRestore(await input(), choices) })
  const access: WriteAccess = { command: 'restore', node, options: flags, world, targets: table }
  const before = flags.check ? await interruptedNotices(node) : await recoverNode(access)
  const units = await unitNotices(node, flags)
  if (flags.check) {
    const { plan, conflicts } = await checkRestore(await input(), choices)
    const report = buildPlanReport('restore', withNotices(plan, [...before, ...units]))
    return { ...report, check: true, ...(conflicts.length > 0 && { conflicts }) }
  }
  const { planned, notices, activated } = await undo(makePlan, access, { restart, reload })
  const plan = withNotices(planned.plan, [...before, ...units, ...notices])
  return withActivated(buildPlanReport('restore', plan), activated)
}

function withNotices(plan: Plan, before: readonly Notice[]): Plan {
  return { ...plan, notices: [...before, ...plan.notices] }
}

/** Not beside a watcher, which would write everything again. */
async function undo(
  makePlan: MakePlan,
  access: WriteAccess,
  may: ActivateOptions,
): Promise<Converged<Undoing>> {
  const { node, world } = access
  const planned = await makePlan()
  const isIdle = isDone(planned.plan) && plannedActivations(planned.plan, may, 'restore').length === 0
  if (isIdle && !(await hasLeftovers(node))) return { planned, notices: [], activated: [] }
  return await withNodeLock(node, await watchLockRequest('restore', node, world), async made => {
    const converged = await converge(makePlan, access, { made, ...may })
    // Without a list in use, the health that a watcher saved has no reader.
    if (isBlank(await readState(node)))
      for (const file of watchFiles(node.statePaths)) await node.remove(file)
    return converged
  })
}

/** Whether a watcher left its files, or a run that was killed early left an empty state folder. */
async function hasLeftovers(node: Reader): Promise<boolean> {
  const entries = await node.entries(node.statePaths.directory)
  const isWatchFile = (name: string) => watchFiles(node.statePaths).some(file => path.basename(file) === name)
  return entries !== undefined && (entries.length === 0 || entries.some(({ name }) => isWatchFile(name)))
}

/** Where systemd keeps the units that are enabled; those of this package are in templates/systemd. */
const ENABLED = '/etc/systemd/system/multi-user.target.wants'

/** Units that write this node again. */
async function unitNotices(node: Reader, { file, root }: RestoreFlags): Promise<readonly Notice[]> {
  if (file.length > 0) return []
  const entries = (await node.entries(ENABLED)) ?? []
  const units = entries.map(({ name }) => name).filter(name => /^regmirror-.*\.service$/.test(name))
  if (units.length === 0) return []
  const writes = units.length === 1 ? 'is enabled and writes' : 'are enabled and write'
  const message = `${units.join(' and ')} ${writes} this node again at the next boot; disable it: systemctl ${root === undefined ? '' : `--root=${root} `}disable ${units.join(' ')}`
  return [{ code: 'service_enabled', message, file: ENABLED }]
}
