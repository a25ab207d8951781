/**
 * disabled_plugins turns CRI off, as in the file that Docker's packages ship. On the real containerd:
 * test/e2e/config-remedies.spec.ts ("runs without CRI"). Pure.
 */
import type { Rule } from '../../../rule.ts'
import { disabledCri } from '../../config/plugin-names.ts'
import type { ObservedNode } from '../observed-node.ts'

export const criDisabled: Rule<ObservedNode> = {
  code: 'cri_disabled',
  severity: 'error',
  part: 'config',
  title: 'disabled_plugins turns CRI off on a node with a kubelet or with hosts.toml files',
  find: ({ snapshot, roots, kubelet }) => {
    const used = snapshot.currentDirs.some(root => roots[root]?.some(({ hosts }) => hosts !== undefined))
    // Where only Docker uses containerd, this is its usual file.
    if (!kubelet && !used) return []
    return disabledCri(snapshot.files, snapshot.readers).map(({ name, ...place }) => ({
      ...place,
      problem: 'disabled_plugins turns CRI off',
      consequence: 'Kubernetes cannot pull images through this containerd',
      cure: `remove ${JSON.stringify(name)} from disabled_plugins, then restart containerd`,
    }))
  },
}
