/** Limits of durations. Pure. */
import { milliseconds } from '../../model/duration.ts'
import type { Path, Problem } from '../../model/problem.ts'

const DAY = milliseconds('24h')

/** Zero means no limit to some runtimes and no time to others; timers and Go durations overflow far above a day. */
export function durationProblems(
  path: Path,
  duration: string | undefined,
  least = '1ms',
  hint?: string,
): readonly Problem[] {
  if (duration === undefined) return []
  const ms = milliseconds(duration)
  const fits = ms >= milliseconds(least) && ms <= DAY
  return fits ? [] : [{ path, message: `must be from "${least}" to "24h"`, hint }]
}
