/**
 * registry.configs.*.tls on 2.x, which has no such key any more (internal/cri/config/config.go:117@v2.1.9). On the real
 * containerd: test/e2e/config-verdicts.spec.ts. Pure.
 */
import { isTable } from '../../../../formats/is-table.ts'
import type { Rule } from '../../../rule.ts'
import { effectiveRegistry, placeOfSetting } from '../../config/merge.ts'
import { findForEach } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

export const tlsIgnored: Rule<ObservedNode> = {
  code: 'tls_ignored',
  severity: 'warning',
  part: 'config',
  title: '`registry.configs.*.tls` on containerd 2, which ignores it',
  find: ({ snapshot: { files, readers } }) =>
    findForEach(readers, reader => {
      if (reader.major < 2) return []
      const tables = effectiveRegistry(files, reader).tls
      return tables
        .filter(({ value }) => isTable(value) && Object.keys(value).length > 0)
        .map(setting => ({
          ...placeOfSetting(setting),
          problem: `${setting.path.slice(2).join('.')} is a setting of containerd 1.x`,
          consequence: 'containerd 2 ignores it, so certificates of this registry are not trusted',
          cure: 'set ca or client in hosts.toml (regmirror import carries them over), and remove the table',
        }))
    }),
}
