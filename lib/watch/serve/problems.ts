/** What follows from what a watcher knows: what is wrong, and where. Pure; every page says the same. */
import { canServe } from '../../health/availability.ts'
import type { RegistryStatus, WatchStatus, WatchSummary } from './status.ts'

/** How bad something is: it works, it works but, it does not work. */
export type Grade = 'good' | 'fair' | 'bad'

/** A registry that never had a mirror is not ill for want of an answer: its server need not be asked. */
export function gradeOf(registry: RegistryStatus): Grade {
  const serves = canServe(registry) ?? (registry.mirrors.length === 0 || undefined)
  if (serves !== true) return 'bad'
  return registry.mirrors.every(({ health }) => health === 'up') ? 'good' : 'fair'
}

/** What keeps the watcher from its work, a sentence each; none: all goes well. */
export function problemsOf({ alive, list, node }: WatchSummary): readonly string[] {
  return [
    ...(alive ? [] : ['the watcher has stopped looking']),
    ...(list.problem === undefined ? [] : [`the list is not sound, ${restOf(list)}: ${list.problem}`]),
    ...(node.problem === undefined ? [] : [`the node is not as the list says: ${node.problem}`]),
  ]
}

function restOf({ loadedAt }: WatchStatus['list']): string {
  return loadedAt === undefined
    ? 'there was none before it and nothing is done'
    : 'the last good one is in force'
}

export function isHeld({ node, now }: WatchStatus): boolean {
  return node.heldUntil !== undefined && node.heldUntil > now
}
