/** `restore`: undo everything regmirror changed on this node. */
import path from 'node:path'
import { isDone } from '../apply/apply.ts'
import { withNodeLock } from '../apply/node-lock.ts'
import type { Notice } from '../model/report.ts'
import { isBlank, readState, watchFiles } from '../ownership/state.ts'
import { type Converged, converge } from '../pipeline/converge.ts'
import { interruptedNotices } from '../pipeline/interrupted-run.ts'
import { watchLockRequest } from '../pipeline/lock.ts'
import { type NodeOptions, openNode, openPlace, selectTargets } from '../pipeline/open.ts'
import { type ActivateOptions, plannedActivations } from '../pipeline/planned-activations.ts'
import { recoverNode } from '../pipeline/recovery.ts'
import { ownScope } from '../pipeline/scope.ts'
import type { WriteAccess } from '../pipeline/write-access.ts'
import { buildPlanReport } from '../plan/build-report.ts'
import type { Plan } from '../plan/plan.ts'
import { checkRestore, planRestore } from '../plan/restore.ts'
import type { Reader } from '../system/reader.ts'
import { MACHINE_STATE } from '../system/state-paths.ts'
import { systemctl } from '../wording/systemctl.ts'
import { refuseUnderRoot, withActivated } from './activation-flags.ts'
import type { RunCommand } from './command.ts'
import type { RestoreFlags } from './flags.ts'

type Undoing = { readonly plan: Plan }
type MakePlan = () => Promise<Undoing>

export const restore: RunCommand<RestoreFlags> = async (given, context) => {
  refuseUnderRoot(given)
  const { world } = context
  const flags = ownScope(given, world)
  const table = await context.targets()
  const targets = selectTargets(table, flags.target)
  const node = await openNode(flags, world)
  const { restart, reload } = flags
  const choices = { files: flags.file, overwrite: flags.overwrite, restart, reload }
  const input = async () => ({
    ...openPlace(flags, node, world),
    targets,
    state: await readState(node),
  })
  const makePlan: MakePlan = async () => ({ plan: await planRestore(await input(), choices) })
  const access: WriteAccess = { command: 'restore', node, options: flags, world, targets: table }
  const before = flags.check ? await interruptedNotices(node) : await recoverNode(access)
  const units = [...(await unitNotices(node, flags)), ...(await machineNotices(node))]
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

/** A user who has forgotten sudo. */
async function machineNotices(node: Reader): Promise<readonly Notice[]> {
  const { directory: file } = MACHINE_STATE
  if (!node.statePaths.isUsers || !isBlank(await readState(node))) return []
  if ((await node.facts(file)) === undefined) return []
  const message = 'regmirror manages files of this machine; to restore those, run regmirror restore as root'
  return [{ code: 'machine_not_restored', message, file }]
}

/** Where systemd keeps the units that are enabled; those of this package are in templates. */
function enabledUnits({ user }: NodeOptions): string {
  return user === undefined
    ? '/etc/systemd/system/multi-user.target.wants'
    : `${user.configHome}/systemd/user/default.target.wants`
}

/** Units that write this node again. */
async function unitNotices(node: Reader, options: RestoreFlags & NodeOptions): Promise<readonly Notice[]> {
  const { root, user } = options
  if (options.file.length > 0) return []
  const file = enabledUnits(options)
  const entries = (await node.entries(file)) ?? []
  const units = entries.map(({ name }) => name).filter(name => /^regmirror-.*\.service$/.test(name))
  if (units.length === 0) return []
  const writes = units.length === 1 ? 'is enabled and writes' : 'are enabled and write'
  const when = user === undefined ? 'at the next boot' : 'when this user logs in again'
  const inTree = root === undefined ? '' : `--root=${root} `
  const disable = systemctl(`${inTree}disable ${units.join(' ')}`, user !== undefined)
  const message = `${units.join(' and ')} ${writes} this node again ${when}; disable it: ${disable}`
  return [{ code: 'service_enabled', message, file }]
}
