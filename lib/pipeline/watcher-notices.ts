/** What a watcher of this node does about a plan. */
import { findHolder } from '../apply/node-lock.ts'
import { maxProbesPerHour } from '../health/probe-schedule.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { Plan } from '../plan/plan.ts'
import type { Reader } from '../system/reader.ts'
import { onOneLine } from '../wording/printable.ts'
import { systemctl } from '../wording/systemctl.ts'

/** A watcher reverts within a minute what it would write otherwise. */
export async function watcherNotices(
  { health }: MirrorList,
  plan: Plan,
  declared: boolean,
  node: Reader,
): Promise<readonly Notice[]> {
  const holder = await findHolder(node, 'watch')
  if (holder === undefined) return []
  const watcher = onOneLine(holder) || 'another regmirror process'
  const message = `${watcher} runs on this node${effectOn(plan, declared, node.statePaths.isUsers)}`
  const rate = `watch probes each mirror of this list at most ${maxProbesPerHour(health)} times per hour`
  return [
    { code: 'watcher_running', message },
    ...(declared ? [] : [{ code: 'watcher_probe_rate', message: rate }]),
  ]
}

/** Empty where the plan changes nothing. */
function effectOn({ steps, permissionFixes }: Plan, declared: boolean, isUsers: boolean): string {
  if (steps.length + permissionFixes.length === 0) return ''
  return declared
    ? ` and removes unhealthy mirrors again; stop it (${systemctl('stop regmirror-watch', isUsers)}), or set on_unhealthy = "keep"`
    : ' and will undo this change if its list is different; change the list that it reads'
}
