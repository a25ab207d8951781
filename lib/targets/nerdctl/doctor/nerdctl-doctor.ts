/** What `doctor` knows of nerdctl. */
import type { Doctor } from '../../rule.ts'
import type { NerdctlSnapshot } from '../snapshot.ts'
import { type ObservedNerdctl, observeNode } from './observe-node.ts'
import { rules } from './rules.ts'

export const nerdctlDoctor: Doctor<NerdctlSnapshot, ObservedNerdctl> = {
  observe: observeNode,
  rules,
  unlisted: {},
}
