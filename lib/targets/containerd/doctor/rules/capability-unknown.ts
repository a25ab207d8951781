/**
 * A capability that this release does not know: it refuses the whole file (hosts.go:450-470@v2.3.4). `referrers` came with
 * 2.2.0 (hosts.go:461@v2.2.0). On the real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */

import { knowsCapability, wordsIn } from '../../../hosts-toml/read/host-faults.ts'
import type { Rule } from '../../../rule.ts'
import { findInRefused } from '../by-release.ts'
import type { ObservedNode } from '../observed-node.ts'
import { refusedFile } from '../refused-file.ts'

export const capabilityUnknown: Rule<ObservedNode> = {
  code: 'capability_unknown',
  severity: 'error',
  part: 'hosts',
  title: '`capabilities` holds a word that this containerd does not know',
  find: observed =>
    findInRefused(observed, (view, refusal, release) => {
      if (refusal.key !== 'capabilities') return []
      const unknown = wordsIn(refusal.value).filter(word => !knowsCapability(word, release))
      return [
        {
          ...refusedFile(view, refusal),
          problem: `capabilities has ${unknown.map(word => `"${word}"`).join(' and ')}, which this containerd does not know`,
          cure: 'keep only words of "pull", "resolve" and "push", such as capabilities = ["pull", "resolve"]',
        },
      ]
    }),
}
