/** What the state will be once a plan is carried out, and which originals it needs. Pure. */
import { hasBanner } from '../ownership/banner.ts'
import { digestOf, keptName, type ManagedFile, type Original, type State } from '../ownership/state.ts'
import type { Plan } from '../plan/plan.ts'
import { type FoundFile, isSameContent, type Step } from '../plan/step.ts'
import type { Moment } from '../system/boot-clock.ts'

export interface Memory {
  readonly state: State
  /** What is kept for the first time, by its name under `originals`. */
  readonly keeps: readonly { readonly kept: string; readonly path: string; readonly file: FoundFile }[]
  /** Names under `originals` that nothing refers to afterwards. */
  readonly drops: readonly string[]
}

/** The present, in milliseconds since 1970, and by the clock that nobody sets where that can be read. */
export interface Present {
  readonly now: number
  readonly moment: Moment | undefined
}

export function remember({ steps, state, forgets }: Plan, present: Present): Memory {
  const files = { ...state.files }
  const keeps: Memory['keeps'][number][] = []
  for (const step of steps) {
    const known = files[step.path]
    // When it was written, and what it waits for, is what it was.
    if (known !== undefined && !step.restores && isSameContent(step)) continue
    delete files[step.path]
    if (step.after === undefined || step.restores) continue
    const kept = known?.original ? undefined : toKeep(step, known)
    if (kept) keeps.push(kept)
    files[step.path] = written(step, known?.original ?? (kept ? originalOf(kept) : null), present)
  }
  for (const path of forgets) delete files[path]
  const needed = keptNames(files)
  const drops = [...keptNames(state.files)].filter(name => !needed.has(name))
  return { state: { ...state, files }, keeps, drops }
}

/** Whether what stands there is somebody else's, maybe in the place of what we wrote. */
export function isForeign({ before, owns }: Step, known: ManagedFile | undefined): boolean {
  if (before === undefined) return false
  if (owns === 'value') return known === undefined
  return !hasBanner(before.bytes) && digestOf(before.bytes) !== known?.digest
}

function toKeep(step: Step, known: ManagedFile | undefined): Memory['keeps'][number] | undefined {
  if (step.before === undefined || !isForeign(step, known)) return undefined
  return { kept: keptName(step.path), path: step.path, file: step.before }
}

function originalOf({ kept, file }: Memory['keeps'][number]): Original {
  return { kept, digest: digestOf(file.bytes), ...file.ownership }
}

function written(step: Step, original: Original, { now, moment }: Present): ManagedFile {
  const { target, effect, owns, setting, after } = step
  return {
    target,
    digest: digestOf(after?.bytes ?? Buffer.alloc(0)),
    written_at: new Date(now).toISOString(),
    ...(moment && effect === 'restart' && { written_after: moment }),
    effect,
    owns,
    ...(setting && { setting }),
    original,
  }
}

function keptNames(files: State['files']): Set<string> {
  return new Set(Object.values(files).flatMap(({ original }) => (original ? [original.kept] : [])))
}
