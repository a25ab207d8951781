/** The status of a watcher in one line, for `systemctl status`. Pure. */
import { healthText } from '../../health/health.ts'
import type { RegistryHealth } from '../../model/registry-health.ts'
import { plural } from '../../wording/plural.ts'
import { onOneLine } from '../../wording/printable.ts'
import { registryStatusText } from '../../wording/registry-health-text.ts'
import type { Memory } from '../memory.ts'

export function summaryLine(memory: Memory): string {
  const { loaded, mirrors, listProblem, nodeProblem, reportedRegistries } = memory
  const count = plural(mirrors.length, 'mirror', 'mirrors')
  const problem = listProblem ?? nodeProblem
  return [
    ...describeRegistries([...reportedRegistries.values()]),
    ...(loaded === undefined ? [] : [`${count}, ${describeHealth(mirrors)}`]),
    ...(problem === undefined ? [] : [onOneLine(problem).slice(0, 200)]),
  ].join('; ')
}

/** Registries whose pulls by tag fail come first. */
function describeRegistries(registries: readonly RegistryHealth[]): readonly string[] {
  const failing = registries.filter(({ status }) => status !== 'healthy')
  if (failing.length > FEW) return [`pulls by tag fail for ${failing.length} registries`]
  return failing.map(health => `${health.registry} is ${registryStatusText(health)}`)
}

const FEW = 2

function describeHealth(mirrors: Memory['mirrors']): string {
  const counts = (['unhealthy', 'rate_limited', 'degraded'] as const).flatMap(health => {
    const count = mirrors.filter(({ state }) => state.health === health).length
    return count === 0 ? [] : [`${count} ${healthText(health)}`]
  })
  if (counts.length > 0) return counts.join(', ')
  const unprobed = mirrors.filter(({ state }) => state.probedAt === undefined).length
  return unprobed > 0 ? `${unprobed} not probed yet` : 'all healthy'
}
