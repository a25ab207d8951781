/** What `doctor` knows of containers/image. */
import type { Doctor } from '../../rule.ts'
import type { Snapshot } from '../snapshot.ts'
import { observeNode } from './observe-node.ts'
import { rules } from './rules.ts'

export const containersDoctor: Doctor<Snapshot, Snapshot> = { observe: observeNode, rules, unlisted: {} }
