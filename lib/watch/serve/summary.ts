/** The state of a watcher in one line, for systemctl status. Pure. */

import { isUsable } from '../../health/mirror-health.ts'
import { plural } from '../../wording/plural.ts'
import { onOneLine } from '../../wording/printable.ts'
import type { Memory } from '../memory.ts'

export function summary({ loaded, mirrors, listProblem, nodeProblem }: Memory): string {
  const away = mirrors.filter(({ standing }) => !isUsable(standing.health)).length
  const unheard = mirrors.filter(({ standing }) => standing.askedAt === undefined).length
  const trouble = listProblem ?? nodeProblem
  const health = away > 0 ? `${away} not well` : unheard > 0 ? `${unheard} not heard of yet` : 'all well'
  const words = loaded === undefined ? [] : [`${plural(mirrors.length, 'mirror', 'mirrors')}, ${health}`]
  const told = trouble === undefined ? [] : [onOneLine(trouble).slice(0, 200)]
  return [...words, ...told].join('; ')
}
