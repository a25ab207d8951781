/**
 * Files in /etc/containerd/conf.d without an import: up to 2.3.4 the loader follows only the `imports` of the files that it
 * reads (cmd/containerd/server/config/config.go:512@v2.3.4), though the default config of 2.2 and later prints that line. On
 * the real containerd: test/e2e/doctor.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { DEFAULT_CONFIG } from '../../command-line.ts'
import type { ObservedNode } from '../observed-node.ts'

export const dropInNotImported: Rule<ObservedNode> = {
  code: 'drop_in_not_imported',
  severity: 'warning',
  part: 'config',
  title: 'no `imports` names the files in /etc/containerd/conf.d',
  find: ({ snapshot: { files, config, dropIns: later }, dropIns }) => {
    const read = new Set([...files, ...(later?.files ?? [])].map(({ path }) => path))
    const unread = dropIns.filter(file => !read.has(file))
    const [first] = unread
    if (config.path !== DEFAULT_CONFIG || first === undefined) return []
    const more = unread.length > 1 ? ` (and ${unread.length - 1} more in this directory)` : ''
    return [
      {
        file: first,
        problem: `no imports of ${config.path} names it${more}`,
        consequence: 'containerd does not read it',
        cure: `write imports = ["/etc/containerd/conf.d/*.toml"] in ${config.path}, then restart containerd; or remove the file`,
      },
    ]
  },
}
