/** What is wrong, by the status of a watcher; all pages use the same rules. Pure. */
import { canServe } from '../../health/availability.ts'
import type { RegistryStatus, WatchStatus, WatchSummary } from './status.ts'

export type Grade = 'ok' | 'warning' | 'problem'

/** A registry without mirrors is ok: its server is not probed. */
export function gradeRegistry(registry: RegistryStatus): Grade {
  const serves = canServe(registry) ?? (registry.mirrors.length === 0 || undefined)
  if (serves !== true) return 'problem'
  return registry.mirrors.every(({ health }) => health === 'healthy') ? 'ok' : 'warning'
}

export const HANGS =
  'the watcher hangs: its loop has not run for three minutes; restart it: systemctl restart regmirror-watch'

/** What keeps the watcher from its work, one sentence each. */
export function findProblems({ alive, list, node }: WatchSummary): readonly string[] {
  return [
    ...(alive ? [] : [HANGS]),
    ...(list.problem === undefined ? [] : [`the list is invalid, ${inUse(list)}: ${list.problem}`]),
    ...(node.problem === undefined ? [] : [`cannot write to this node: ${node.problem}`]),
  ]
}

function inUse({ loadedAt }: WatchStatus['list']): string {
  return loadedAt === undefined
    ? 'and the watcher writes nothing until it is valid'
    : 'and the watcher uses the last valid one'
}

export function isWriteLimited({ node, now }: WatchStatus): boolean {
  return node.limitedUntil !== undefined && node.limitedUntil > now
}
