/** The orders in which the mirrors of the registries are written, where the list does not decide them. */
import { orderAfter } from '../health/latency-order.ts'
import { baseUrl, type MirrorList } from '../model/registry.ts'
import { mirrorFinder } from './indexes.ts'
import type { Memory } from './memory.ts'

export function updateOrders(memory: Memory, list: MirrorList, now: number): void {
  if (list.health.order === 'latency') orderByLatency(memory, list, now)
  else orderAsDeclared(memory, list)
}

function orderByLatency(memory: Memory, { registries, health }: MirrorList, now: number): void {
  const find = mirrorFinder(memory.mirrors)
  const names = memory.targets.map(({ name }) => name)
  for (const registry of registries) {
    const before = memory.orders.get(registry.name)
    // How fast it is does not depend on the target, but where it is unhealthy nothing is measured.
    const statesOf = (url: string) => names.map(name => find(registry.name, url, [name])?.state)
    const healthOf = (url: string) => {
      const states = statesOf(url)
      return states.find(state => state?.health === 'healthy') ?? states[0]
    }
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
