/** The table of rules: those of nerdctl.toml, then of the directories that it names. Pure. */
import type { Rule } from '../../rule.ts'
import type { ObservedNerdctl } from './observe-node.ts'
import { defaultBeforeRegistry } from './rules/default-before-registry.ts'
import { hostsDirOrder } from './rules/hosts-dir-order.ts'
import { hostsDirRelative } from './rules/hosts-dir-relative.ts'
import { insecureRegistry } from './rules/insecure-registry.ts'
import { nerdctlInvalid } from './rules/nerdctl-invalid.ts'
import { nerdctlKeyUnknown } from './rules/nerdctl-key-unknown.ts'

export const rules: readonly Rule<ObservedNerdctl>[] = [
  ...[nerdctlInvalid, nerdctlKeyUnknown, insecureRegistry, hostsDirRelative, hostsDirOrder],
  defaultBeforeRegistry,
]
