/**
 * A name in disabled_plugins or required_plugins with which containerd does not start, such as the short `cri` of version 1
 * in a file of version 2 (services/server/config/config.go:117@v1.7.24, cmd/containerd/server/config/config.go:160@v2.3.4).
 * On the real containerd: test/e2e/config-remedies.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { pluginNameFaults } from '../../config/plugin-names.ts'
import { findForEach, foundIssue } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

const OTHERWISE = { consequence: 'containerd does not start', cure: 'write the full name of the plugin' }

export const pluginName: Rule<ObservedNode> = {
  code: 'plugin_name',
  severity: 'error',
  part: 'config',
  title: 'disabled_plugins or required_plugins has a name that containerd does not start with',
  find: ({ snapshot: { files, readers } }) =>
    findForEach(readers, reader =>
      pluginNameFaults(files, [reader]).map(issue => foundIssue(issue, OTHERWISE)),
    ),
}
