/** What `doctor` knows of containerd. */
import type { Doctor } from '../../rule.ts'
import type { Snapshot } from '../snapshot.ts'
import { observeNode } from './observe-node.ts'
import type { ObservedNode } from './observed-node.ts'
import { rules } from './rules.ts'

export const containerdDoctor: Doctor<Snapshot, ObservedNode> = {
  observe: observeNode,
  rules,
  unlisted: { config: false },
}
