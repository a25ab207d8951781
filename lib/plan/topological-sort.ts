/** Items in an order that respects their links. Pure. */

/** The items that come before each item. */
export type Links<T> = ReadonlyMap<T, readonly T[]>

/**
 * Each item after those that it is linked to, else in the given order. Where links form a circle, its first item goes
 * first: a damaged state file may have one. Links to other items are ignored.
 */
export function sortTopologically<T>(items: readonly T[], links: Links<T>): readonly T[] {
  const known = new Set(items)
  const left = new Map(items.map(item => [item, new Set(links.get(item)?.filter(other => known.has(other)))]))
  const waiting = Map.groupBy(
    [...left].flatMap(([item, others]) => [...others].map(other => ({ item, other }))),
    ({ other }) => other,
  )
  const order: T[] = []
  while (left.size > 0) {
    const before = order.length
    // An item that becomes free during a pass goes last in that pass, or in the next one.
    for (const [item, others] of left) if (others.size === 0) take(item)
    const [first] = left.keys()
    if (order.length === before && first !== undefined) take(first)
  }
  return order

  function take(item: T): void {
    left.delete(item)
    order.push(item)
    for (const { item: other } of waiting.get(item) ?? []) left.get(other)?.delete(item)
  }
}
