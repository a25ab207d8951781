/** The table of rules: those of config.toml, of the daemon, then of certs.d. Pure. */
import type { Rule } from '../../rule.ts'
import { configPathList } from './config-path-list.ts'
import { configPathUnset } from './config-path-unset.ts'
import type { ObservedNode } from './observed-node.ts'

export const rules: readonly Rule<ObservedNode>[] = [configPathList, configPathUnset]
