/** Loads runtimes of the table: those that a list names, and those that the node has files of. */
import type { MirrorList } from '../model/registry.ts'
import type { State } from '../ownership/state.ts'
import type { Target, TargetTable } from './target.ts'

/** Runtimes by their names, in the order of the table. */
export type Targets = Readonly<Record<string, Target>>

/** Those of these names that the table has. */
export async function loadTargets(table: TargetTable, names: Iterable<string>): Promise<Targets> {
  const needed = new Set(names)
  const known = Object.entries(table).filter(([name]) => needed.has(name))
  const loaded = known.map(async ([name, { load }]) => [name, await load()] as const)
  return Object.fromEntries(await Promise.all(loaded))
}

/** Those that the list names; where the table has none of them, the first one of the table. */
export async function loadListed(table: TargetTable, list: Pick<MirrorList, 'targets'>): Promise<Targets> {
  return await loadTargets(table, listedNames(table, list))
}

/** Names of the table that the list has; where it has none of them, the first one. */
export function listedNames(table: TargetTable, { targets }: Pick<MirrorList, 'targets'>): readonly string[] {
  const names = Object.keys(table)
  const listed = names.filter(name => Object.hasOwn(targets, name))
  return listed.length > 0 ? listed : names.slice(0, 1)
}

/** Names of the targets whose files regmirror manages, or has restored for a daemon that is not restarted yet. */
export function managedNames({ files, restored = {} }: Pick<State, 'files' | 'restored'>): readonly string[] {
  return [...Object.values(files), ...Object.values(restored)].map(({ target }) => target)
}
