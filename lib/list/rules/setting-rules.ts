/** Rules about `[health]`. Pure. */
import type { Path } from '../../model/problem.ts'
import type { WrittenList } from '../written.ts'
import { durationProblems } from './duration-problems.ts'
import type { Rule } from './rule.ts'

/** watch probes no mirror twice within a second, so a shorter interval would promise what does not happen. */
const INTERVAL = 'write "30s"'

export const settingRules = {
  health_duration: {
    needs: ['health'],
    check: ({ written: { health } }) => [
      ...durationProblems(['health', 'interval'], health?.interval, '1s', INTERVAL),
      ...durationProblems(['health', 'timeout'], health?.timeout),
      ...durationProblems(['health', 'slow_after'], health?.slow_after),
    ],
  },
} satisfies Record<string, Rule<{ readonly path: Path; readonly written: Partial<WrittenList> }>>
