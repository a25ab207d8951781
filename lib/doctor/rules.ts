/** The rules that hold for every target. Pure. */
import type { Rule } from '../targets/rule.ts'
import type { CheckedNode } from './checked-node.ts'
import { readableSecret } from './readable-secret.ts'
import { unusableFile } from './unusable-file.ts'
import { writtenByOther } from './written-by-other.ts'

export const commonRules: readonly Rule<CheckedNode>[] = [unusableFile, readableSecret, writtenByOther]
