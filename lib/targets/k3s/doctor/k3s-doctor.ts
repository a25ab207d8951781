/** What `doctor` knows of k3s and RKE2. */
import type { Doctor } from '../../rule.ts'
import type { K3sSnapshot } from '../snapshot.ts'
import { type ObservedK3s, observeNode } from './observe-node.ts'
import { rules } from './rules.ts'

export const k3sDoctor: Doctor<K3sSnapshot, ObservedK3s> = { observe: observeNode, rules, unlisted: {} }
