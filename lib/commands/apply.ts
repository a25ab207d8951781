/** `apply`: make this node match the list, then probe the mirrors. */
import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../model/errors.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import type { AppliedReport, Notice, Preflight, RefusedReport } from '../model/report.ts'
import { converge } from '../pipeline/converge.ts'
import { applyKnownHealth, namesOf } from '../pipeline/known-health.ts'
import { openNode, openView, selectTargets } from '../pipeline/open.ts'
import type { ActivateOptions } from '../pipeline/planned-activations.ts'
import { type PreflightResult, preflight } from '../pipeline/preflight.ts'
import { probeLater } from '../pipeline/probe-later.ts'
import type { ProbeList } from '../pipeline/probe-list.ts'
import { recoverNode } from '../pipeline/recovery.ts'
import { openScope } from '../pipeline/scope.ts'
import { watcherNotices } from '../pipeline/watcher-notices.ts'
import type { WriteAccess } from '../pipeline/write-access.ts'
import { buildPlanReport } from '../plan/build-report.ts'
import { makePlan, type Plan } from '../plan/plan.ts'
import { openLiveTable } from '../reporters/live.ts'
import { registrySentence } from '../wording/registry-health-text.ts'
import { refuseUnderRoot, withActivated } from './activation-flags.ts'
import type { RunCommand } from './command.ts'
import type { ApplyFlags } from './flags.ts'

export const apply: RunCommand<ApplyFlags> = async (given, context) => {
  refuseContradictions(given)
  refuseUnderRoot(given)
  const { world } = context
  const table = await context.targets()
  const { options: flags, loadList } = await openScope(given, table, world)
  const targets = selectTargets(table, flags.target)
  const node = await openNode(flags, world)
  const access: WriteAccess = { command: 'apply', node, options: flags, world, targets: table }
  const recovered = await recoverNode(access)
  const loaded = await loadList(node)
  const openProgress = openLiveTable(flags.format, world)
  const probeList = probeLater({ ...flags, targets, openProgress }, world)
  const checked = await preflight(loaded.list, flags, world, probeList)
  const before = [...recovered, ...loaded.notices, ...checked.notices]
  if (flags.requireHealthy && checked.unhealthy?.length) return refusal(checked, before)
  const proved = new Set<string>()
  const measured = namesOf(checked.registries)
  const planNode = async () => {
    const view = await openView(flags, node, world, proved)
    const place = { view, targets, world }
    const { list, notices: excluded } = await applyKnownHealth(checked.list, flags, place, measured)
    const plan = await makePlan(list, targets, view, flags)
    const watcher = await watcherNotices(list, plan, flags.declared, node)
    return { plan, excluded: [...watcher, ...excluded] }
  }
  const report = await write(planNode, access, flags, before)
  return { ...report, ...(await probeAfter(checked, flags, probeList)) }
}

type PlanNode = () => Promise<{ readonly plan: Plan; readonly excluded: readonly Notice[] }>

/** Once, or after a restart again: then the files are removed that a daemon read until then. */
async function write(
  planNode: PlanNode,
  access: WriteAccess,
  flags: ActivateOptions,
  before: readonly Notice[],
): Promise<AppliedReport> {
  const first = await writeOnce(planNode, access, flags, before)
  const isLeft = ({ code }: Notice) => code === 'kept_until_restart'
  if (first.activated === undefined || !first.notices.some(isLeft)) return first
  const second = await writeOnce(planNode, access, {}, before)
  const known = first.notices.filter(notice => !isLeft(notice))
  const more = second.notices.filter(notice => !known.some(other => isDeepStrictEqual(other, notice)))
  return {
    ...second,
    changed: true,
    changes: [...first.changes, ...second.changes],
    activated: first.activated,
    notices: [...known, ...more],
  }
}

async function writeOnce(
  planNode: PlanNode,
  access: WriteAccess,
  flags: ActivateOptions,
  before: readonly Notice[],
): Promise<AppliedReport> {
  const { planned, notices, activated } = await converge(planNode, access, flags)
  const all = [...before, ...planned.excluded, ...notices, ...planned.plan.notices]
  return withActivated(buildPlanReport('apply', { ...planned.plan, notices: all }), activated)
}

function refuseContradictions({ wait, requireHealthy, probe, rank }: ApplyFlags): void {
  if (wait !== undefined && requireHealthy === undefined)
    throw new Failure('usage', [
      { message: '--wait requires --require-healthy', hint: 'add --require-healthy, or remove --wait' },
    ])
  const probing =
    rank !== undefined ? '--rank' : requireHealthy !== undefined ? '--require-healthy' : undefined
  if (probe === false && probing !== undefined)
    throw new Failure('usage', [
      { message: `${probing} and --no-probe cannot be used together`, hint: 'remove one' },
    ])
}

/** Requests that are measured of each mirror after writing. */
const SAMPLES = 3

/** The probes of the preflight where there were any, new ones, or none. */
async function probeAfter(
  checked: PreflightResult,
  { probe, root, depth }: ApplyFlags,
  probeList: ProbeList,
): Promise<Preflight> {
  const { list, notices: _, ...probed } = checked
  if (probed.probes !== undefined) return probed
  return (probe ?? root === undefined) ? (await probeList(list, { depth, samples: SAMPLES })).probed : {}
}

/** Nothing was written: the check of `--require-healthy` failed. */
function refusal(
  { probes = [], registries = [], unhealthy = [] }: PreflightResult,
  notices: readonly Notice[],
): RefusedReport {
  const failing = registries.filter(({ registry }) => unhealthy.includes(registry))
  const message = `${failingText(failing)}; regmirror wrote nothing`
  const none = { changed: false, changes: [], reload: [], restart: [], unchanged: 0 }
  return {
    version: 1,
    kind: 'apply',
    refused: true,
    ...none,
    notices: [...notices, { code: 'apply_refused', message }],
    probes,
    registries,
    unhealthy,
  }
}

/** With more of them, the lines below the table are enough. */
const FEW = 3

function failingText(registries: readonly RegistryHealth[]): string {
  if (registries.length <= FEW) return registries.map(failingSentence).join('; ')
  return `${registries.map(({ registry }) => registry).join(', ')} are not healthy`
}

/** A healthy registry fails only the check of its mirrors. */
function failingSentence(health: RegistryHealth): string {
  return health.status === 'healthy' ? `no mirror of ${health.registry} is healthy` : registrySentence(health)
}
