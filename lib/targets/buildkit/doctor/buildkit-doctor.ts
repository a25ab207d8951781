/** What `doctor` knows of BuildKit. */
import type { Doctor } from '../../rule.ts'
import type { BuildkitSnapshot } from '../snapshot.ts'
import { type ObservedBuildkit, observeNode } from './observe-node.ts'
import { rules } from './rules.ts'

export const buildkitDoctor: Doctor<BuildkitSnapshot, ObservedBuildkit> = {
  observe: observeNode,
  rules,
  unlisted: {},
}
