/**
 * A value of a wrong type in the registry table (pkg/cri/config/config.go:90-175@v1.7.24,
 * internal/cri/config/config.go:150-240@v2.1.9). On the real containerd: test/e2e/config-verdicts.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { shapeFaults } from '../../config/conflicts.ts'
import { effectiveRegistry } from '../../config/merge.ts'
import { findForEach, foundIssue } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

const OTHERWISE = { consequence: 'the CRI plugin does not load', cure: 'correct or remove it' }

export const registryValue: Rule<ObservedNode> = {
  code: 'registry_value',
  severity: 'error',
  part: 'config',
  title: 'the registry table of config.toml has a value of a wrong type',
  find: ({ snapshot: { files, readers } }) =>
    findForEach(readers, reader =>
      effectiveRegistry(files, reader)
        .sections.flatMap(section => shapeFaults(section, reader))
        .map(issue => foundIssue(issue, OTHERWISE)),
    ),
}
