/**
 * An import of another version than config.toml. 1.x takes the last version for all files
 * (services/server/config/config.go:290@v1.7.24), 2.0 to 2.2 lose the CRI settings of the main file, 2.3 does not start
 * (cmd/containerd/server/config/config.go:475@v2.3.4). On the real containerd: test/e2e/doctor.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { versionClashes } from '../../config/config-toml.ts'
import { findForEach, foundIssue } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

const OTHERWISE = { consequence: 'containerd ignores CRI settings', cure: 'give both files the same version' }

export const dropInVersion: Rule<ObservedNode> = {
  code: 'drop_in_version',
  severity: 'error',
  part: 'config',
  title: 'an import has another `version` than config.toml',
  find: ({ snapshot: { files, readers } }) =>
    findForEach(readers, reader =>
      versionClashes(files, [reader]).map(issue => foundIssue(issue, OTHERWISE)),
    ),
}
