/** The state after a plan is carried out, and the originals that it needs. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { ValuePath } from '../formats/format.ts'
import type { Effect } from '../model/report.ts'
import { sha256Hex } from '../model/sha256.ts'
import { hasBanner } from '../ownership/banner.ts'
import type { ManagedFile, Original, Owned, RestoredFile } from '../ownership/managed-file.ts'
import { keptName } from '../ownership/originals.ts'
import type { State } from '../ownership/state.ts'
import type { Plan } from '../plan/plan.ts'
import { isSameContent, type NewFile, type Step } from '../plan/step.ts'
import type { Moment } from '../system/boot-clock.ts'
import type { FoundFile } from '../system/file-facts.ts'
import type { Owns } from '../targets/target.ts'

/** The next state, and what happens under `originals`. */
export interface NextState {
  readonly state: State
  /** Files that are kept for the first time, by their names under `originals`. */
  readonly keeps: readonly { readonly kept: string; readonly path: string; readonly file: FoundFile }[]
  /** Names under `originals` that nothing refers to afterwards. */
  readonly drops: readonly string[]
}

/** The present, in milliseconds since 1970, and by the clock that cannot be set where the machine has one. */
export interface Present {
  readonly now: number
  readonly moment: Moment | undefined
}

export function buildNextState({ steps, state, forgets }: Plan, present: Present): NextState {
  const files = { ...state.files }
  const keeps: NextState['keeps'][number][] = []
  for (const step of steps) {
    const { path, owns, after } = step
    const known = files[path]
    // A change of the mode alone needs no reload or restart, and finishes none.
    if (known !== undefined && owns.kind !== 'original' && isSameContent(step)) continue
    delete files[path]
    if (after === undefined || owns.kind === 'original') continue
    const kept = known?.original ? undefined : toKeep(step, known)
    if (kept) keeps.push(kept)
    const original = known?.original ?? (kept ? originalOf(kept) : null)
    files[path] = { ...managed(step, after, original, present), ...owned(owns, known) }
  }
  for (const path of forgets) delete files[path]
  const needed = keptNames(files)
  const drops = [...keptNames(state.files)].filter(name => !needed.has(name))
  const restored = restoredFiles({ steps, state }, files, present)
  return { state: { ...state, files, ...restored }, keeps, drops }
}

/** Whether a daemon that runs reads the file only at a reload or a restart. */
export function isReadLater(effect: Effect): boolean {
  return effect === 'reload' || effect === 'restart'
}

/** A reload or a restart that they require is remembered as that of a managed file is. */
function restoredFiles(
  { steps, state }: Pick<Plan, 'steps' | 'state'>,
  files: State['files'],
  { now, moment }: Present,
): Pick<State, 'restored'> {
  if (moment === undefined) return {}
  const written_at = new Date(now).toISOString()
  const added = steps
    .filter(({ effect, path }) => isReadLater(effect) && !Object.hasOwn(files, path))
    .map(({ path, target, effect }): [string, RestoredFile] => {
      const reload = effect === 'reload' && { effect }
      return [path, { target, written_at, written_after: moment, ...reload }]
    })
  const before = Object.entries(state.restored ?? {}).filter(
    ([path, { written_after }]) => !Object.hasOwn(files, path) && written_after?.boot_id === moment.boot_id,
  )
  const all = [...before, ...added]
  return all.length === 0 && state.restored === undefined ? {} : { restored: Object.fromEntries(all) }
}

/** Whether the file before the step is of another program, maybe in the place of a file of regmirror. */
export function isForeign({ before, owns }: Step, known: ManagedFile | undefined): boolean {
  if (before === undefined) return false
  if (owns.kind === 'values') return known === undefined
  return !hasBanner(before.bytes) && sha256Hex(before.bytes) !== known?.digest
}

function toKeep(step: Step, known: ManagedFile | undefined): NextState['keeps'][number] | undefined {
  if (step.before === undefined || !isForeign(step, known)) return undefined
  return { kept: keptName(step.path), path: step.path, file: step.before }
}

function originalOf({ kept, file }: NextState['keeps'][number]): Original {
  return { kept, digest: sha256Hex(file.bytes), ...file.ownership }
}

function managed(step: Step, after: NewFile, original: Original, { now, moment }: Present) {
  const { target, registry, bundle, refersTo, keeps } = step
  const effect = keeps?.effect ?? step.effect
  return {
    target,
    digest: sha256Hex(after.bytes),
    written_at: new Date(now).toISOString(),
    ...(moment && isReadLater(effect) && { written_after: moment }),
    ...(keeps && { keeps_value: true as const }),
    effect,
    ...(registry && { registry }),
    ...(bundle && { bundle }),
    ...(refersTo.length > 0 && { after: refersTo }),
    original,
  }
}

function owned(owns: Exclude<Owns, { kind: 'original' }>, known: ManagedFile | undefined): Owned {
  if (owns.kind === 'whole') return { owns: 'whole', ...(owns.format && { format: owns.format }) }
  const before = known?.owns === 'values' ? known : undefined
  const { format, values, created_from = before?.created_from, repaired = before?.repaired } = owns
  const removed = unionOf(before?.removed ?? [], owns.removed ?? [])
  return {
    ...{ owns: 'values', format, values },
    ...(removed.length > 0 && { removed }),
    ...(created_from !== undefined && { created_from }),
    ...(repaired !== undefined && { repaired }),
  }
}

function unionOf(known: readonly ValuePath[], more: readonly ValuePath[]): readonly ValuePath[] {
  return [...known, ...more.filter(path => !known.some(other => isDeepStrictEqual(other, path)))]
}

function keptNames(files: State['files']): Set<string> {
  return new Set(Object.values(files).flatMap(({ original }) => (original ? [original.kept] : [])))
}
