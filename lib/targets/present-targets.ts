/** The runtimes of a node, and those of them that a command looks at which changes nothing. */
import type { MirrorList } from '../model/registry.ts'
import { detectTarget } from './detect-target.ts'
import { listedNames, loadTargets, managedNames, type Targets } from './load-targets.ts'
import type { Detected, KnownTarget, TargetTable } from './target.ts'
import type { View } from './view.ts'
import { viewFor } from './view-for.ts'

/** A runtime that is on a node. */
export interface PresentTarget extends Detected {
  readonly name: string
  /** Whether it is that of the user who runs regmirror. */
  readonly isUsers: boolean
}

/** In the order of the table. A runtime whose files cannot be read is not found. */
export async function detectTargets(table: TargetTable, view: View): Promise<readonly PresentTarget[]> {
  const found = await Promise.all(Object.entries(table).map(([name, one]) => detectOne(name, one, view)))
  return found.flat()
}

async function detectOne(name: string, target: KnownTarget, view: View): Promise<readonly PresentTarget[]> {
  const own = await viewFor(name, target, false, view)
  const found = await detectTarget(target, own)
  return found === undefined ? [] : [{ name, isUsers: own.user !== undefined, ...found }]
}

/** `named`: by `--target`; `list`: undefined where there is none. */
export interface Choice {
  readonly named: readonly string[]
  readonly list: Pick<MirrorList, 'targets'> | undefined
}

/** Those that the user names; else those of the list; without a list those that the node has, or the first one. */
export async function loadChosen(table: TargetTable, { named, list }: Choice, view: View): Promise<Targets> {
  if (named.length > 0) return await loadTargets(table, named)
  return await loadTargets(table, list ? listedNames(table, list) : await presentNames(table, view))
}

async function presentNames(table: TargetTable, view: View): Promise<readonly string[]> {
  const found = (await detectTargets(table, view)).map(({ name }) => name)
  const present = new Set([...found, ...managedNames(view.state)])
  return present.size > 0 ? [...present] : Object.keys(table).slice(0, 1)
}
