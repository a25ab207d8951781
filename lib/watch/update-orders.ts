/** The orders in which the mirrors of the registries are written, where the list does not decide them. */
import { keyOf } from '../health/health-file.ts'
import { orderAfter } from '../health/latency-order.ts'
import { baseUrl, type MirrorList } from '../model/registry.ts'
import { byKey } from './indexes.ts'
import type { Memory } from './memory.ts'

export function updateOrders(memory: Memory, list: MirrorList, now: number): void {
  if (list.health.order === 'latency') orderByLatency(memory, list, now)
  else orderAsDeclared(memory, list)
}

function orderByLatency(memory: Memory, { registries, health }: MirrorList, now: number): void {
  const known = byKey(memory.mirrors)
  for (const registry of registries) {
    const before = memory.orders.get(registry.name)
    const healthOf = (url: string) => known.get(keyOf(registry.name, url))?.state
    memory.orders.set(registry.name, orderAfter(before, registry, healthOf, health, now))
  }
}

/** A watcher does not measure throughput. With that order it writes the mirrors as the list has them, for `plan` too. */
function orderAsDeclared({ orders }: Memory, { registries, health }: MirrorList): void {
  orders.clear()
  if (health.order === 'list') return
  for (const { name, mirrors } of registries)
    orders.set(name, { urls: mirrors.map(({ base }) => baseUrl(base)), rounds: 0, checkedAt: 0 })
}
