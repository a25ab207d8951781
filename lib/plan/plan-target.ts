/** The plan for one target. Reads, never writes. */

import type { EndpointChange } from '../model/endpoint-change.ts'
import type { Issue } from '../model/errors.ts'
import type { Notice } from '../model/report.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import type { Daemon } from '../targets/daemon.ts'
import type { DesiredFile, Rendering, Target } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { type Activations, collectEffects, mayRun } from './activations.ts'
import type { MayActivate } from './cleared-values.ts'
import { findNeeds } from './daemon-needs.ts'
import { ownershipNotices } from './drift.ts'
import { type ChangedNode, endpointChanges } from './endpoint-changes.ts'
import { findPending } from './pending-effects.ts'
import { findWritableDirectories, isWritable, type PermissionFix, writableNotice } from './permissions.ts'
import { protectedPathIssues } from './protected-path-issues.ts'
import { planPutBack } from './put-back.ts'
import { withoutStaleValues } from './stale-values.ts'
import { compare, isSameContent, type Step } from './step.ts'
import { orderedSteps } from './step-order.ts'
import { type RetainedPaths, unlistedFiles } from './unlisted.ts'

export interface PlanPart extends Activations {
  /** In the order in which they must be carried out. */
  readonly steps: readonly Step[]
  /** Directories from which the write access of other users is taken before anything is written. */
  readonly permissionFixes: readonly PermissionFix[]
  readonly notices: readonly Notice[]
  /** How many files already match the list. */
  readonly unchanged: number
  /** The daemons of this machine that the files are for. */
  readonly daemons: readonly { readonly target: string; readonly daemon: Daemon }[]
  /** What is contacted before and after, where older tables are removed. */
  readonly endpoints: readonly EndpointChange[]
  /** Paths in the state that regmirror no longer manages, though no step changes them. */
  readonly forgets: readonly string[]
}

interface TargetPlan extends PlanPart {
  readonly conflicts: readonly Issue[]
}

/** A target, the node as it sees it, and what it makes of the list there. */
export interface Rendered {
  readonly name: string
  readonly target: Target
  readonly snapshot: unknown
  readonly rendering: Rendering
}

/** `needed`: the paths of all targets that the list names. */
export async function planListed(
  rendered: Rendered,
  needed: ReadonlySet<string>,
  view: View,
  may: MayActivate,
): Promise<TargetPlan> {
  const { name, target, snapshot, rendering } = rendered
  const desired = await withoutStaleValues(rendering.files, name, view)
  const daemon = target.daemon.find(snapshot)
  const running = mayRun(daemon, view)
  const pending = await findPending(name, target, daemon, view)
  const listed = await compareAll(name, desired.files, view)
  const restartDue = running && collectEffects(listed.steps, pending.effects).has('restart')
  const removals = await planRemovals(name, findRetained(rendering, needed, restartDue, view), view)
  const reader = { name, target, daemon, runs: running, pending }
  const needs = findNeeds(reader, [...listed.steps, ...removals.steps], view, may)
  const steps = orderedSteps(needs.steps)
  const open = await findWritableDirectories(name, desired.files, view)
  return {
    ...needs,
    steps,
    conflicts: await checkConflicts(rendered, desired.files, listed.steps, view),
    permissionFixes: open.permissionFixes,
    notices: [
      ...rendering.notices,
      ...desired.notices,
      ...removals.notices,
      ...needs.notices,
      ...driftNotices(steps, target, view),
      ...listed.notices,
      ...open.notices,
    ],
    endpoints: await changedEndpoints({ name, target, snapshot, steps }, rendering, view),
    unchanged: listed.unchanged + removals.unchanged,
    forgets: removals.forgets,
  }
}

/** For a target that the list does not name: all its files are put back. */
export async function planUnlisted(
  name: string,
  target: Target,
  needed: ReadonlySet<string>,
  view: View,
  may: MayActivate,
): Promise<TargetPlan> {
  const removals = await planRemovals(name, { needed, held: new Set(), effect: target.removal }, view)
  const putBack = await planPutBack(name, target, orderedSteps(removals.steps), view, may)
  return {
    ...removals,
    ...putBack,
    conflicts: [],
    permissionFixes: [],
    endpoints: [],
    notices: [...removals.notices, ...putBack.notices, ...driftNotices(putBack.steps, target, view)],
  }
}

/** Of the registries of the list, and of those in the removed tables. */
async function changedEndpoints(
  changed: ChangedNode,
  { files, migrated = [] }: Rendering,
  { node }: View,
): Promise<readonly EndpointChange[]> {
  if (migrated.length === 0) return []
  const listed = files.flatMap(({ registry }) => registry ?? [])
  return await endpointChanges(changed, [...listed, ...migrated], node)
}

function findRetained(
  { kept, held, effect }: Rendering,
  needed: ReadonlySet<string>,
  restartDue: boolean,
  { machine }: View,
): RetainedPaths {
  const isHeld = restartDue && machine !== undefined
  return { needed: new Set([...needed, ...kept]), held: new Set(isHeld ? held : []), effect }
}

/** The steps that put back what the list no longer needs. */
async function planRemovals(name: string, retained: RetainedPaths, view: View) {
  const { files, notices, forgets } = await unlistedFiles(name, retained, view)
  const { steps, unchanged } = await compareAll(name, files, view)
  return { steps, unchanged, notices, forgets }
}

/** The steps to these files, how many are unchanged, and notices about files that stay as they are. */
async function compareAll(name: string, files: readonly DesiredFile[], { node, state, uid }: View) {
  const compared = await mapConcurrently(files, file => compare(name, file, node, uid))
  // A file of another program that has the values already stays, its mode too.
  const isOther = (step: Step) =>
    isSameContent(step) && step.owns.kind === 'values' && !Object.hasOwn(state.files, step.path)
  const found = compared.filter(step => step !== undefined)
  const notices = found
    .filter(isOther)
    .flatMap(({ path, before }) =>
      before && isWritable(before.ownership, uid)
        ? writableNotice(name, path, before.ownership, { node, uid })
        : [],
    )
  const steps = found.filter(step => !isOther(step))
  return { steps, notices, unchanged: files.length - steps.length }
}

async function checkConflicts(
  { target, snapshot, rendering }: Rendered,
  desired: readonly DesiredFile[],
  steps: readonly Step[],
  view: View,
): Promise<readonly Issue[]> {
  const issues = [...rendering.conflicts, ...(await protectedPathIssues(steps, target.pathKeys, view))]
  if (issues.length > 0) return issues
  const changed = new Set(steps.map(({ path }) => path))
  return await target.validate(
    desired.filter(({ path }) => changed.has(path)),
    snapshot,
    view,
  )
}

function driftNotices(
  steps: readonly Step[],
  { writerOf }: Target,
  { state, uid, node }: View,
): readonly Notice[] {
  const occasion = { uid, originals: node.statePaths.originals, writerOf }
  return steps.flatMap(step => ownershipNotices(step, state.files[step.path], occasion))
}
