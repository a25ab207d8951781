/** Finds nodes of a YAML document by path. Pure. */
import type { Path } from '../../model/problem.ts'
import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from './package.ts'

/** The nodes that aliases stand for. */
type Aliased = ReadonlyMap<Alias, Node>

export function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

export function nodeAt(root: unknown, path: Path, aliased: Aliased): Node | undefined {
  let node: unknown = root
  for (const part of path) {
    const here = isAlias(node) ? aliased.get(node) : node
    if (isMap(here)) node = pairOf(here, part)?.value ?? pairOf(here, part)?.key
    else if (isSeq(here)) node = here.items[Number(part)]
    else return undefined
  }
  return isNode(node) ? node : undefined
}

export function keyAt(root: unknown, path: Path, aliased: Aliased): Node | undefined {
  const parent = nodeAt(root, path.slice(0, -1), aliased)
  const map = isAlias(parent) ? aliased.get(parent) : parent
  const key = isMap(map) ? pairOf(map, path.at(-1) ?? '')?.key : undefined
  return isNode(key) ? key : nodeAt(root, path, aliased)
}

type Pairs = ReadonlyMap<string, YAMLMap['items'][number]>

/** By map: a search in every pair for every position would take long in a large list. */
const pairsOfMaps = new WeakMap<YAMLMap, Pairs>()

function pairOf(map: YAMLMap, key: string | number) {
  const pairs = pairsOfMaps.get(map) ?? new Map(map.items.map(pair => [keyText(pair.key), pair]))
  pairsOfMaps.set(map, pairs)
  return pairs.get(String(key))
}
