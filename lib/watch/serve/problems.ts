/** What is wrong, by the status of a watcher; all pages use the same rules. Pure. */
import { mayBeNetwork } from '../../health/network-cause.ts'
import type { RegistryStatus, WatchStatus, WatchSummary } from './status.ts'

export type Grade = 'ok' | 'warning' | 'problem'

/** Unknown: nothing of it is probed, and that is no problem. */
export type RegistryGrade = Grade | 'unknown'

/** Without mirrors, the server is not probed either. The servers of `*` are never probed: its mirrors count. */
export function gradeRegistry({ name, mirrors, state: { status } }: RegistryStatus): RegistryGrade {
  if (mirrors.length === 0) return 'unknown'
  if (status === 'unhealthy' || status === 'degraded') return 'problem'
  const isKnown = status === 'healthy' || name === '*'
  return isKnown && mirrors.every(({ health }) => health === 'healthy') ? 'ok' : 'warning'
}

/** No endpoint has responded, of any registry. One that responds with 401 or 429, for example, is reachable. */
export function isNetworkSuspect({ registries }: WatchStatus): boolean {
  // Without mirrors, the server is not probed either.
  const endpoints = registries
    .filter(({ mirrors }) => mirrors.length > 0)
    .flatMap(({ mirrors, servers }) => [...mirrors, ...servers])
  const probed = endpoints.filter(({ health }) => health !== 'unknown')
  return mayBeNetwork(probed.map(({ reason }) => reason))
}

export const HANGS =
  'the watcher hangs: its loop has not run for three minutes; restart it: systemctl restart regmirror-watch'

/** What keeps the watcher from its work, one sentence each. */
export function findProblems({ alive, list, node }: WatchSummary): readonly string[] {
  return [
    ...(alive ? [] : [HANGS]),
    ...(list.problem === undefined ? [] : [`the list is invalid, ${inUse(list)}: ${list.problem}`]),
    ...(node.problem === undefined ? [] : [`cannot write to this node: ${node.problem}`]),
    ...node.reloadFailures.map(({ target, problem }) => `cannot reload ${target}: ${problem}`),
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
