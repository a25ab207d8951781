/**
 * The order in which steps are carried out. At every moment of a change each registry must be served as before or as
 * afterwards, so a file is written after everything that it refers to, and taken away before it. Pure.
 */
import path from 'node:path'
import type { Step } from './step.ts'
import { type Links, sortTopologically } from './topological-sort.ts'

/** Steps that write, or that take away, the files of one bundle; any other step alone. */
export interface Unit {
  readonly directory: string
  readonly isBundle: boolean
  readonly steps: readonly Step[]
  /** Higher than that of every unit that must be on disk before this one. */
  readonly level: number
}

/** Units in the order in which they are carried out: what is written comes first. */
export function orderedUnits(steps: readonly Step[]): readonly Unit[] {
  const { written = [], taken = [] } = Object.groupBy(steps, step => (isWritten(step) ? 'written' : 'taken'))
  const first = order(written, findReferences(written), 0)
  const after = first.reduce((most, { level }) => Math.max(most, level), -1) + 1
  return [...first, ...order(taken, reverse(findReferences(taken)), after)]
}

/** The steps in that order. */
export function orderedSteps(steps: readonly Step[]): readonly Step[] {
  return orderedUnits(steps).flatMap(unit => unit.steps)
}

/** Whether its file is written; else it is deleted, or its original comes back. */
export function isWritten({ action, owns }: Step): boolean {
  return action !== 'delete' && owns.kind !== 'original'
}

/** `waitsFor`: the steps that must be carried out before each step. The levels start at `base`. */
function order(steps: readonly Step[], waitsFor: Links<Step>, base: number): readonly Unit[] {
  const units = groupUnits(steps)
  const unitOf = new Map(units.flatMap(unit => unit.steps.map(step => [step, unit] as const)))
  const unitLinks = new Map(units.map(unit => [unit, linkedUnits(unit, waitsFor, unitOf)]))
  const levels = new Map<Group, number>()
  return sortTopologically(units, unitLinks).map(unit => {
    const before = unitLinks.get(unit)?.map(other => levels.get(other) ?? base - 1) ?? []
    const level = before.reduce((most, one) => Math.max(most, one), base - 1) + 1
    levels.set(unit, level)
    return { ...unit, steps: sortTopologically(unit.steps, waitsFor), level }
  })
}

type Group = Omit<Unit, 'level'>

function groupUnits(steps: readonly Step[]): readonly Group[] {
  const groups = Map.groupBy(steps, step => step.bundle ?? step.path)
  return [...groups].map(([place, group]) => {
    const isBundle = group.some(({ bundle }) => bundle !== undefined)
    return { directory: isBundle ? place : path.dirname(place), isBundle, steps: group }
  })
}

function linkedUnits(unit: Group, links: Links<Step>, unitOf: ReadonlyMap<Step, Group>): readonly Group[] {
  const linked = unit.steps.flatMap(step => links.get(step) ?? []).flatMap(step => unitOf.get(step) ?? [])
  return [...new Set(linked)].filter(other => other !== unit)
}

/** The other steps whose files each step refers to: by their paths, or by a directory above them. */
function findReferences(steps: readonly Step[]): Links<Step> {
  const places = new Map<string, Step[]>(steps.flatMap(step => step.refersTo.map(place => [place, []])))
  for (const step of steps) for (const place of withParents(step.path)) places.get(place)?.push(step)
  const targets = (step: Step) => step.refersTo.flatMap(place => places.get(place) ?? [])
  return new Map(steps.map(step => [step, targets(step).filter(other => other !== step)]))
}

function withParents(file: string): readonly string[] {
  const parent = path.dirname(file)
  return parent === file ? [file] : [file, ...withParents(parent)]
}

function reverse(links: Links<Step>): Links<Step> {
  const reversed = new Map<Step, Step[]>([...links.keys()].map(step => [step, []]))
  for (const [step, others] of links) for (const other of others) reversed.get(other)?.push(step)
  return reversed
}
