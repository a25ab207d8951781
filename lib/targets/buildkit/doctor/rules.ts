/** The table of rules. Pure. */
import type { Rule } from '../../rule.ts'
import type { ObservedBuildkit } from './observe-node.ts'

export const rules: readonly Rule<ObservedBuildkit>[] = []
