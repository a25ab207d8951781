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
  const reversed = (unit: Unit) => ({ ...unit, steps: unit.steps.toReversed() })
  return [
    ...referredFirst(unitsOf(written)),
    ...referredFirst(unitsOf(taken.toReversed())).map(reversed).toReversed(),
  ]
}

/** The steps in that order. */
export function orderedSteps(steps: readonly Step[]): readonly Step[] {
  return orderedUnits(steps).flatMap(unit => unit.steps)
}

/** The opposite: a file is deleted, or its original comes back. */
function isWritten({ action, owns }: Step): boolean {
  return action !== 'delete' && owns.kind !== 'original'
}

function unitsOf(steps: readonly Step[]): readonly Unit[] {
  return [...Map.groupBy(steps, step => step.bundle ?? step.path)].map(([place, group]) => {
    const isBundle = group.some(({ bundle }) => bundle !== undefined)
    return { directory: isBundle ? place : path.dirname(place), isBundle, steps: group }
  })
}

function referredFirst(units: readonly Unit[]): readonly Unit[] {
  const sortedInside = units.map(unit => ({ ...unit, steps: sorted(unit.steps, step => [step]) }))
  return sorted(sortedInside, unit => unit.steps)
}

/**
 * Each item after those that its steps refer to, else in the given order. Items that refer to each other keep that order
 * too: a damaged state file may have a circle.
 */
function sorted<T>(items: readonly T[], stepsOf: (item: T) => readonly Step[]): readonly T[] {
  const waiting = new Map<T, Set<T>>()
  for (const item of items) {
    const places = outsideReferences(stepsOf(item))
    if (places.length > 0)
      waiting.set(item, new Set(items.filter(other => other !== item && holds(stepsOf(other), places))))
  }
  const left = [...items]
  const result: T[] = []
  while (left.length > 0) {
    const free = left.findIndex(item => !waiting.get(item)?.size)
    for (const next of left.splice(Math.max(free, 0), 1)) {
      for (const others of waiting.values()) others.delete(next)
      result.push(next)
    }
  }
  return result
}

/** Most references stay inside a bundle. */
function outsideReferences(steps: readonly Step[]): readonly string[] {
  const places = steps.flatMap(({ refersTo }) => refersTo)
  return places.filter(place => !steps.some(step => step.path === place))
}

function holds(steps: readonly Step[], places: readonly string[]): boolean {
  return places.some(place => steps.some(step => step.path === place || step.path.startsWith(`${place}/`)))
}
