/** Rules about mirrors alone. Pure. */
import type { Problem } from '../../model/problem.ts'
import { isRefused } from '../../model/refused.ts'
import type { MirrorEntry } from '../endpoint-entries.ts'
import type { Rule } from './rule.ts'

export const mirrorRules = {
  mirror_url: { needs: ['url', 'base'], check: urlProblems },
} satisfies Record<string, Rule<MirrorEntry>>

function urlProblems({ urlPath, base }: MirrorEntry): readonly Problem[] {
  return base !== undefined && isRefused(base) ? [{ path: urlPath, ...base }] : []
}
