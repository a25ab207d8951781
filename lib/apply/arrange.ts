/** Arranges the steps of a plan as swaps: which files, and which directories in whole. Reads, never writes. */
import path from 'node:path'
import { digestOf, type State } from '../ownership/state.ts'
import type { Step } from '../plan/step.ts'
import type { Reader } from '../system/files.ts'
import { temporaryName } from '../system/temporary-name.ts'
import { type Content, certificatesLast, fileSwap, type Swap } from './swap.ts'

export interface Arrangement {
  readonly swaps: readonly (readonly [Swap, readonly Content[]])[]
  /** Directories that have to be made, parents first. */
  readonly makes: readonly string[]
  /** Directories that stand there empty and are written into. */
  readonly empty: readonly string[]
}

/** The file whose label and extended attributes a step's file takes over. */
export type LikeOf = (step: Step) => string | undefined

export async function arrange(
  steps: readonly Step[],
  state: State,
  likeOf: LikeOf,
  node: Reader,
): Promise<Arrangement> {
  const swaps: [Swap, readonly Content[]][] = []
  const makes: string[] = []
  const empty: string[] = []
  const written = new Set(steps.filter(step => step.after).map(step => path.dirname(step.path)))
  for (const group of byDirectory(steps)) {
    // Behind a link, so that new names stand on the file system that the directory is on.
    const directory = await node.real(path.dirname(group[0]?.path as string))
    const entries = makes.includes(directory) ? [] : await node.entries(directory)
    if (entries === undefined) {
      makes.push(...(await missing(path.dirname(directory), node)).filter(parent => !makes.includes(parent)))
      swaps.push(building(directory, group, likeOf))
      continue
    }
    if (entries.length === 0 && ![...makes, ...state.made].includes(directory)) empty.push(directory)
    const names = group.filter(step => step.after === undefined).map(step => path.basename(step.path))
    const stays = written.has(path.dirname(group[0]?.path as string))
    const emptied = !stays && names.length > 0 && entries.every(entry => names.includes(entry.name))
    if (emptied && !state.empty.includes(directory)) swaps.push(clearing(directory, group))
    else for (const step of group) swaps.push(...(await exchange(step, likeOf, node)))
  }
  return { swaps, makes, empty }
}

/**
 * Steps by directory: a new directory appears, and an old one goes, in whole. What is pointed at goes last, and what
 * stands in for everything else first: who loses a directory must not be asked for by a `_default` that goes too.
 */
function byDirectory(steps: readonly Step[]): readonly (readonly Step[])[] {
  const writes = Object.groupBy(
    steps.filter(step => step.after),
    step => path.dirname(step.path),
  )
  const removals = Object.groupBy(
    steps.filter(step => !step.after),
    step => path.dirname(step.path),
  )
  const ordered = Object.values(removals).map(group =>
    group?.toSorted((a, b) => certificatesLast(a.path, b.path)),
  )
  const groups = ordered.filter(group => group !== undefined).toSorted(defaultFirst)
  return [...Object.values(writes), ...groups].filter(group => group !== undefined)
}

function defaultFirst([a]: readonly Step[], [b]: readonly Step[]): number {
  const isDefault = (step: Step | undefined) => path.basename(path.dirname(step?.path ?? '')) === '_default'
  return Number(isDefault(b)) - Number(isDefault(a))
}

/** The directory itself and those above it that are not there, parents first. */
async function missing(directory: string, node: Reader): Promise<readonly string[]> {
  if ((await node.facts(directory)) !== undefined) return []
  return [...(await missing(path.dirname(directory), node)), directory]
}

/** An empty or half-filled registry directory shadows `_default`, so it is filled under another name first. */
function building(directory: string, steps: readonly Step[], likeOf: LikeOf): [Swap, readonly Content[]] {
  const contents = steps.flatMap(step => contentOf(step, likeOf))
  const files = Object.fromEntries(contents.map(({ name, bytes }) => [name, digestOf(bytes)]))
  return [{ kind: 'create_directory', path: directory, staged: temporaryName(directory), files }, contents]
}

/** For the same reason it goes before it is emptied. */
function clearing(directory: string, steps: readonly Step[]): [Swap, readonly Content[]] {
  const files = Object.fromEntries(
    steps.flatMap(({ path: file, before }) =>
      before ? [[path.basename(file), digestOf(before.bytes)]] : [],
    ),
  )
  return [{ kind: 'remove_directory', path: directory, aside: temporaryName(directory), files }, []]
}

async function exchange(step: Step, likeOf: LikeOf, node: Reader): Promise<[Swap, readonly Content[]][]> {
  const swap = fileSwap(await node.real(step.path), step.before?.bytes, step.after?.bytes)
  return swap ? [[swap, contentOf(step, likeOf)]] : []
}

function contentOf(step: Step, likeOf: LikeOf): readonly Content[] {
  const { path: file, after } = step
  return after ? [{ name: path.basename(file), ...after, like: likeOf(step) }] : []
}
