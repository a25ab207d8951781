/** The status of a watcher in one line, for `systemctl status`. Pure. */
import { healthText } from '../../health/health.ts'
import { plural } from '../../wording/plural.ts'
import { onOneLine } from '../../wording/printable.ts'
import type { Memory } from '../memory.ts'

export function summaryLine({ loaded, mirrors, listProblem, nodeProblem }: Memory): string {
  const count = plural(mirrors.length, 'mirror', 'mirrors')
  const problem = listProblem ?? nodeProblem
  return [
    ...(loaded === undefined ? [] : [`${count}, ${describeHealth(mirrors)}`]),
    ...(problem === undefined ? [] : [onOneLine(problem).slice(0, 200)]),
  ].join('; ')
}

function describeHealth(mirrors: Memory['mirrors']): string {
  const counts = (['unhealthy', 'rate_limited', 'degraded'] as const).flatMap(health => {
    const count = mirrors.filter(({ state }) => state.health === health).length
    return count === 0 ? [] : [`${count} ${healthText(health)}`]
  })
  if (counts.length > 0) return counts.join(', ')
  const unprobed = mirrors.filter(({ state }) => state.probedAt === undefined).length
  return unprobed > 0 ? `${unprobed} not probed yet` : 'all healthy'
}
