/** Marks mirrors that serve another image for a tag than their server or the other mirrors. */
import type { Probe } from '../model/report.ts'
import type { Endpoint } from './api/endpoint.ts'
import { openBudget, type ProbeContext } from './api/probe-context.ts'
import { pullCanary } from './pull-canary.ts'
import { deviationFault, findDeviations } from './tag-deviations.ts'
import { applyFault } from './verdict.ts'

export interface ProbedEndpoint {
  readonly endpoint: Endpoint
  readonly probe: Probe
}

/** The probes in the same order, with the verdict of such mirrors changed. */
export async function compareTags(
  probed: readonly ProbedEndpoint[],
  context: ProbeContext,
): Promise<readonly Probe[]> {
  const registries = Map.groupBy(probed, ({ probe }) => probe.registry)
  const changed = await Promise.all([...registries.values()].map(own => compareRegistry(own, context)))
  const verdicts = new Map(changed.flat())
  return probed.map(({ probe }) => verdicts.get(probe) ?? probe)
}

type Changed = readonly (readonly [before: Probe, after: Probe])[]

async function compareRegistry(own: readonly ProbedEndpoint[], context: ProbeContext): Promise<Changed> {
  if (own.every(({ probe }) => probe.digest === undefined)) return []
  const server = own.find(({ probe }) => probe.role === 'server' && probe.digest !== undefined)
  const serverHas = openServerCheck(server?.endpoint, context)
  const changed: [Probe, Probe][] = []
  for (const deviation of findDeviations(own.map(({ probe }) => probe))) {
    const { endpoint, probe } = own[deviation.index] as ProbedEndpoint
    // A mirror that does not resolve tags cannot mislead.
    if (!endpoint.resolves || probe.status !== 'healthy') continue
    const fault = deviationFault(deviation, await serverHas(deviation.digest))
    changed.push([
      probe,
      { ...probe, ...applyFault(fault, { ...probe, isTyped: context.isTyped ?? false }, false) },
    ])
  }
  return changed
}

/**
 * Checks whether the server has an image: once for each digest, and for all of them within the time of one endpoint.
 */
function openServerCheck(
  server: Endpoint | undefined,
  shared: ProbeContext,
): (digest: string) => Promise<boolean> {
  const context = { ...shared, budget: openBudget(shared) }
  const checked = new Map<string, Promise<boolean>>()
  const check = async (digest: string) => {
    if (server?.canary === undefined) return false
    // It was pinged before: now a token is requested as the response to the manifest says, which is as good.
    const { ping: _, ...endpoint } = server
    const pulled = await pullCanary(endpoint, { ...server.canary, reference: digest }, 'manifest', context)
    return pulled.fault === undefined && pulled.digest === digest
  }
  return digest => {
    const result = checked.get(digest) ?? check(digest)
    checked.set(digest, result)
    return result
  }
}
