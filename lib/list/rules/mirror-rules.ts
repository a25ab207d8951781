/** Rules about mirrors alone. Pure. */
import type { Problem } from '../../model/problem.ts'
import { isRefused } from '../../model/refused.ts'
import { parseMirrorBase } from '../values/api-base.ts'
import type { MirrorEntry } from '../written.ts'
import type { Rule } from './rule.ts'

export const mirrorRules = {
  mirror_url: { needs: ['url', 'base'], check: urlProblems },
} satisfies Record<string, Rule<MirrorEntry>>

function urlProblems({ urlPath, mirror }: MirrorEntry): readonly Problem[] {
  if (mirror.url === undefined) return []
  const base = parseMirrorBase(mirror)
  return isRefused(base) ? [{ path: urlPath, ...base }] : []
}
