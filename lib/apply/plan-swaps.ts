/** Arranges the steps of a plan as swaps: of files, and of directories as a whole. Reads, never writes. */
import path from 'node:path'
import { sha256Hex } from '../model/sha256.ts'
import type { State } from '../ownership/state.ts'
import type { Step } from '../plan/step.ts'
import { orderedUnits } from '../plan/step-order.ts'
import type { Reader } from '../system/reader.ts'
import { temporaryName } from '../system/temporary-name.ts'
import { type Content, fileSwap, type Swap } from './swap.ts'

export interface SwapPlan {
  readonly swaps: readonly (readonly [Swap, readonly Content[]])[]
  /** The levels of the swaps (step-order.ts): a swap must be on disk before one of a higher level. */
  readonly levels: ReadonlyMap<Swap, number>
  /** Directories to make first, parents first. */
  readonly makes: readonly string[]
  /** Directories that are empty before this run writes into them. */
  readonly empty: readonly string[]
}

/** The file whose label and extended attributes the new file of a step gets. */
export type LikeOf = (step: Step) => string | undefined

export async function planSwaps(
  steps: readonly Step[],
  state: State,
  likeOf: LikeOf,
  node: Reader,
): Promise<SwapPlan> {
  const swaps: [Swap, readonly Content[]][] = []
  const levels = new Map<Swap, number>()
  const makes = new Set<string>()
  const checked = new Set<string>()
  const empty: string[] = []
  const [made, wasEmpty] = [new Set(state.made), new Set(state.empty)]
  const written = new Set(steps.filter(step => step.after).map(step => path.dirname(step.path)))
  for (const { directory: place, isBundle, steps: group, level } of orderedUnits(steps)) {
    const add = (found: (typeof swaps)[number]) => {
      swaps.push(found)
      levels.set(found[0], level)
    }
    // Temporary names must be on the file system of the directory, which may be behind a link.
    const directory = await node.real(place)
    const found = makes.has(directory) ? [] : await node.entries(directory)
    const needed = isBundle ? path.dirname(directory) : directory
    if (found === undefined && !checked.has(needed)) {
      for (const parent of await missing(needed, node)) makes.add(parent)
      checked.add(needed)
    }
    if (found === undefined && isBundle) {
      add(building(directory, group, likeOf))
      continue
    }
    const entries = found ?? []
    if (entries.length === 0 && !makes.has(directory) && !made.has(directory)) empty.push(directory)
    const names = group.filter(step => step.after === undefined).map(step => path.basename(step.path))
    const stays = !isBundle || written.has(place)
    const emptied = !stays && names.length > 0 && entries.every(entry => names.includes(entry.name))
    if (emptied && !wasEmpty.has(directory)) add(clearing(directory, group))
    else for (const step of group) (await exchange(step, likeOf, node)).forEach(add)
  }
  return { swaps, levels, makes: [...makes], empty }
}

/** The directory itself and those above it that do not exist, parents first. */
async function missing(directory: string, node: Reader): Promise<readonly string[]> {
  if ((await node.facts(directory)) !== undefined) return []
  return [...(await missing(path.dirname(directory), node)), directory]
}

/** A bundle must never be seen half-filled, so it is filled under another name first. */
function building(directory: string, steps: readonly Step[], likeOf: LikeOf): [Swap, readonly Content[]] {
  const contents = steps.flatMap(step => contentOf(step, likeOf))
  // In the order of removal, for an undo.
  const files = Object.fromEntries(contents.toReversed().map(({ name, bytes }) => [name, sha256Hex(bytes)]))
  return [{ kind: 'create_directory', path: directory, staged: temporaryName(directory), files }, contents]
}

/** For the same reason it is renamed before it is emptied. */
function clearing(directory: string, steps: readonly Step[]): [Swap, readonly Content[]] {
  const files = Object.fromEntries(
    steps.flatMap(({ path: file, before }) =>
      before ? [[path.basename(file), sha256Hex(before.bytes)]] : [],
    ),
  )
  return [{ kind: 'remove_directory', path: directory, backup: temporaryName(directory), files }, []]
}

/** One file is created, replaced or removed. */
async function exchange(step: Step, likeOf: LikeOf, node: Reader): Promise<[Swap, readonly Content[]][]> {
  const swap = fileSwap(await node.real(step.path), step.before?.bytes, step.after?.bytes)
  return swap ? [[swap, contentOf(step, likeOf)]] : []
}

function contentOf(step: Step, likeOf: LikeOf): readonly Content[] {
  const { path: file, after } = step
  return after ? [{ name: path.basename(file), ...after, like: likeOf(step) }] : []
}
