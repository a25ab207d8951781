/** Where the node differs from the list, for one image. */
import { Failure, issueText } from '../../model/errors.ts'
import type { ExplainedList } from '../../model/explain-report.ts'
import type { MirrorList, Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import { registriesFor } from '../../model/target-registries.ts'
import type { World } from '../../model/world.ts'
import { makePlan, type Plan } from '../../plan/plan.ts'
import type { TargetTable } from '../../targets/target.ts'
import type { View } from '../../targets/view.ts'
import { applyKnownHealth } from '../known-health.ts'

export interface ListDifference {
  of(registry: string, target: string): ExplainedList
  readonly notices: readonly Notice[]
}

/** Compares the list that a watcher would write now, as `plan` does. */
export async function compareWithList(
  { list, file }: { readonly list: MirrorList; readonly file: string },
  targets: TargetTable,
  view: View,
  world: World,
): Promise<ListDifference> {
  const { list: selected, notices } = await knownHealth(list, targets, view, world)
  const planned = await planOrReason(selected, targets, view)
  const excluded = notices.filter(({ code }) => code === 'mirror_excluded')
  return {
    notices: [
      ...notices.filter(notice => !excluded.includes(notice)),
      ...('plan' in planned ? [] : [{ code: 'list_not_planned', message: `${file} ${planned.why}` }]),
    ],
    of: (registry, target) => {
      const entry = entryFor(registriesFor(list, target), registry)
      return {
        file,
        ...(entry !== undefined && { registry: entry }),
        ...('plan' in planned
          ? {
              changes: changesFor([registry, entry], target, planned.plan),
              ...lossOf(entry, target, planned.plan),
            }
          : { not_compared: planned.why }),
        excluded: excluded.flatMap(({ registry: name, mirror, message }) =>
          name === entry && mirror !== undefined ? [{ mirror, detail: withoutFlag(message) }] : [],
        ),
      }
    },
  }
}

/** The entry of the registry, else that of every other one. */
function entryFor(registries: readonly Registry[], registry: string): string | undefined {
  const names = registries.map(({ name }) => name)
  return [registry, '*'].find(name => names.includes(name))
}

/** Its own files, and those for which the daemon must be restarted: they decide whether any other file is read. */
function changesFor(
  names: readonly (string | undefined)[],
  target: string,
  plan: Plan,
): NonNullable<ExplainedList['changes']> {
  return plan.steps
    .filter(
      step =>
        step.target === target &&
        (names.some(name => name !== undefined && name === step.registry) || step.effect === 'restart'),
    )
    .map(({ path, action, effect }) => ({ path, action, effect }))
}

/** Where the runtime cannot have the registry, a node that is as `apply` leaves it does not do what the entry says. */
function lossOf(
  entry: string | undefined,
  target: string,
  { losses = [] }: Plan,
): Pick<ExplainedList, 'registry_loss'> {
  const found = losses.find(
    one => one.target === target && one.registry === entry && one.subject === 'registry',
  )
  if (found === undefined) return {}
  return { registry_loss: { loss: found.loss, detail: `${found.problem}; ${found.consequence}` } }
}

/** The remedy is a flag of `apply`. */
function withoutFlag(message: string): string {
  return message.replace(/; add --declared.*$/, '')
}

/** A user who is not root may not read what a watcher knows. */
async function knownHealth(list: MirrorList, targets: TargetTable, view: View, world: World) {
  try {
    return await applyKnownHealth(list, { declared: false }, { view, targets, world })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { list, notices: [noticeOf('health_unreadable', error)] }
  }
}

async function planOrReason(
  list: MirrorList,
  targets: TargetTable,
  view: View,
): Promise<{ readonly plan: Plan } | { readonly why: string }> {
  try {
    return { plan: await makePlan(list, targets, view, { takeOver: false }) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { why: `cannot be applied to this node: ${textOf(error)}` }
  }
}

export function noticeOf(code: string, failure: Failure): Notice {
  return { code, message: textOf(failure) }
}

function textOf({ issues }: Failure): string {
  return issues.map(issueText).join('; ')
}
