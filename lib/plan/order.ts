/**
 * The order in which steps are carried out. At every moment of a change each registry must be served as before or as
 * afterwards, so a file is written after everything that it refers to, and taken away before it. Pure.
 */
import path from 'node:path'
import type { Step } from './step.ts'

/** Steps that write, or that take away, the files of one bundle; any other step alone. */
export interface Unit {
  readonly directory: string
  readonly isBundle: boolean
  readonly steps: readonly Step[]
}

/** Units in the order in which they are carried out: what is written comes first. */
export function orderedUnits(steps: readonly Step[]): readonly Unit[] {
  const { written = [], taken = [] } = Object.groupBy(steps, step => (isWritten(step) ? 'written' : 'taken'))
  return [...inOrder(written, refers), ...inOrder(taken, (step, other) => refers(other, step))]
}

/** The steps in that order. */
export function orderedSteps(steps: readonly Step[]): readonly Step[] {
  return orderedUnits(steps).flatMap(unit => unit.steps)
}

/** The opposite: a file is deleted, or its original comes back. */
function isWritten({ action, owns }: Step): boolean {
  return action !== 'delete' && owns.kind !== 'original'
}

type WaitsFor = (step: Step, other: Step) => boolean

function inOrder(steps: readonly Step[], waitsFor: WaitsFor): readonly Unit[] {
  const anyWaits = (unit: Unit, other: Unit) =>
    unit.steps.some(step => other.steps.some(one => waitsFor(step, one)))
  return sorted(unitsOf(steps), anyWaits).map(unit => ({ ...unit, steps: sorted(unit.steps, waitsFor) }))
}

function unitsOf(steps: readonly Step[]): readonly Unit[] {
  const groups = Map.groupBy(steps, step => step.bundle ?? step.path)
  return [...groups].map(([place, group]) => {
    const isBundle = group.some(({ bundle }) => bundle !== undefined)
    return { directory: isBundle ? place : path.dirname(place), isBundle, steps: group }
  })
}

/**
 * Each item after those that it waits for, else in the given order. Items that wait for each other keep that order too: a
 * damaged state file may have a circle.
 */
function sorted<T>(items: readonly T[], waitsFor: (item: T, other: T) => boolean): readonly T[] {
  const left = [...items]
  const result: T[] = []
  while (left.length > 0) {
    const free = left.findIndex(item => !left.some(other => other !== item && waitsFor(item, other)))
    result.push(...left.splice(Math.max(free, 0), 1))
  }
  return result
}

function refers({ refersTo }: Step, { path: other }: Step): boolean {
  return refersTo.some(place => other === place || other.startsWith(`${place}/`))
}
