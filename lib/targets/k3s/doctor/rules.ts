/** The table of rules. Pure. */
import type { Rule } from '../../rule.ts'
import type { ObservedK3s } from './observe-node.ts'

export const rules: readonly Rule<ObservedK3s>[] = []
