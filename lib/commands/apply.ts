/** `apply`: make the node what the list says, then ask the mirrors how they are. */
import { applyPlan, isDone } from '../apply/apply.ts'
import type { Notice, PlanReport, Preflight, RefusedReport } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { applyKnownHealth, type HealthOptions } from '../pipeline/known-health.ts'
import { type LockOptions, settle, sweptNotices, withLock } from '../pipeline/lock.ts'
import { chosenTargets, machineOf, openList, openNode, openView } from '../pipeline/open.ts'
import { type PreflightOptions, type PreflightResult, preflight } from '../pipeline/preflight.ts'
import { probeList } from '../pipeline/probe-list.ts'
import { makePlan } from '../plan/plan.ts'
import { planReport } from '../plan/report.ts'
import type { Choices } from '../targets/target.ts'

export interface ApplyOptions extends PreflightOptions, Choices, HealthOptions, LockOptions {}

export async function apply(options: ApplyOptions, world: World): Promise<PlanReport> {
  const node = await openNode(options, world)
  const settled = await settle('apply', node, options, world)
  const loaded = await openList(options, node, world)
  const asked = await preflight(loaded.list, options, world)
  const known = [...settled, ...loaded.notices, ...asked.notices]
  if (options.requireHealthy && asked.unhealthy?.length) return refusal(asked, known)
  const walk = async () => {
    const { list, notices: away } = await applyKnownHealth(asked.list, options, node, world)
    const view = await openView(options, node, world)
    return { plan: await makePlan(list, chosenTargets(options), view, options), away }
  }
  const write = async (made: readonly string[]) => {
    // Again, now that nobody else writes: what was planned before may be done or outdated by now.
    const walked = await walk()
    const bootClock = machineOf(options, world)?.bootClock
    const swept = await applyPlan(walked.plan, node, { command: 'apply', now: world.now(), bootClock, made })
    return { ...walked, after: sweptNotices(swept) }
  }
  const first = await walk()
  const idle = { result: { ...first, after: [] }, notices: [] }
  const { result, notices } = isDone(first.plan) ? idle : await withLock('apply', node, options, world, write)
  const all = [...known, ...result.away, ...notices, ...result.plan.notices, ...result.after]
  const report = planReport('apply', { ...result.plan, notices: all })
  return { ...report, ...(await probed(asked, options, world)) }
}

/** What the mirrors say: asked before, or now, or not at all. */
async function probed(asked: PreflightResult, options: ApplyOptions, world: World): Promise<Preflight> {
  const { list, notices: _, ...answers } = asked
  if (answers.probes !== undefined) return answers
  if (!(options.probe ?? options.root === undefined)) return {}
  return await probeList(list, { ...options, depth: undefined, samples: 3 }, world)
}

/** Nothing was written: the answer to `--require-healthy` is no. */
function refusal(
  { probes = [], unhealthy = [] }: PreflightResult,
  notices: readonly Notice[],
): RefusedReport {
  const message = `nothing was written: no healthy endpoint for ${unhealthy.join(', ')}`
  const refused = { code: 'apply_refused', message }
  const none = { changed: false, changes: [], reload: [], restart: [], unchanged: 0 }
  return {
    version: 1,
    kind: 'apply',
    refused: true,
    ...none,
    notices: [...notices, refused],
    probes,
    unhealthy,
  }
}
