/**
 * A config.toml or an import that containerd cannot read (cmd/containerd/server/config/config.go:503-603@v2.3.4,
 * services/server/config/config.go:215-290@v1.7.24). On the real containerd: test/e2e/config-claims.spec.ts and
 * config-verdicts.spec.ts. Pure.
 */
import type { Issue } from '../../../../model/errors.ts'
import type { Found, Rule } from '../../../rule.ts'
import { foundIssue } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

export const configUnreadable: Rule<ObservedNode> = {
  code: 'config_unreadable',
  severity: 'error',
  also: {
    warning: 'where only some releases refuse it',
    note: 'where containerd 1.x reads it',
  },
  part: 'config',
  title: 'config.toml or an import is not valid TOML, has a value of a wrong type, or does not exist',
  find: ({ snapshot }) => snapshot.faults.map(findFault),
}

const OTHERWISE = { consequence: 'containerd does not start with it', cure: 'correct it' }

/** What only some releases refuse is no error where the release is not known. */
function findFault(issue: Issue): Found {
  if (/capital letters/.test(issue.message))
    return { ...foundIssue(issue, { ...OTHERWISE, consequence: IGNORED }), severity: 'warning' }
  const found = foundIssue(issue, OTHERWISE)
  if (/^containerd 1\.x reads it/.test(found.consequence)) return { ...found, severity: 'note' }
  return /^containerd 2 does not/.test(found.consequence) ? { ...found, severity: 'warning' } : found
}

const IGNORED = 'some releases of containerd ignore it'
