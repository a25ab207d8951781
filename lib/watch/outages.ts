/** When nothing is left to pull a registry from, and when something is again: each is told once. */
import type { MirrorList } from '../registry.ts'
import { outageEvent, recoveryEvent } from './events.ts'
import { isUp } from './known.ts'
import type { Memory } from './memory.ts'
import { canServe } from './reading.ts'
import { say } from './say.ts'
import type { Surroundings } from './surroundings.ts'

export function tellOutages(memory: Memory, { registries }: MirrorList, around: Surroundings): void {
  const before = memory.outages
  const now = registries.filter(({ name }) => serves(memory, name) === false)
  const known = registries.filter(({ name }) => serves(memory, name) === true)
  for (const registry of now) if (!before.includes(registry.name)) say(memory, outageEvent(registry), around)
  for (const registry of known)
    if (before.includes(registry.name)) say(memory, recoveryEvent(registry), around)
  // Who is not known to be back is still out.
  const still = registries.filter(one => before.includes(one.name) && !known.includes(one))
  memory.outages = [...new Set([...now, ...still].map(({ name }) => name))]
}

function serves(memory: Memory, registry: string): boolean | undefined {
  const of = ({ endpoint }: Memory['mirrors'][number]) => endpoint.registry === registry
  const mirrors = memory.mirrors.filter(of).map(({ standing }) => standing)
  const server = memory.servers.find(of)
  // Without mirrors there is nobody who is asked.
  return mirrors.length === 0
    ? undefined
    : canServe({ mirrors, ...(server && { server: { up: isUp(server) } }) })
}
