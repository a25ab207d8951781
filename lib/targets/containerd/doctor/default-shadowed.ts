/**
 * A registry directory without hosts.toml beside a `_default` that has one: the first directory that exists is used, and it
 * is never completed by `_default` (hostPaths, config_unix.go:25-36@v2.3.4; loadHostDir, hosts.go:321-326@v2.3.4). On the
 * real containerd: test/e2e/doctor-hosts.spec.ts. Pure.
 */
import type { Rule } from '../../rule.ts'
import { hostsViews } from './hosts-views.ts'
import type { ObservedNode } from './observed-node.ts'

export const defaultShadowed: Rule<ObservedNode> = {
  code: 'default_shadowed',
  severity: 'warning',
  part: 'hosts',
  title: 'a directory without hosts.toml takes the place of `_default`',
  find: observed => {
    const views = hostsViews(observed)
    return views
      .filter(({ text, registry, root }) => {
        const hasDefault = views.some(
          view => view.root === root && view.registry === '*' && view.text !== undefined,
        )
        return text === undefined && registry !== '*' && hasDefault
      })
      .map(({ directory, registry, root }) => ({
        ...{ file: directory.path, registry, problem: 'this directory has no hosts.toml' },
        // With certificates it was made on purpose.
        ...(directory.entries.some(name => /\.(crt|cert)$/.test(name)) && { severity: 'note' as const }),
        consequence: `containerd uses it in place of ${root}/_default, so ${registry} has no mirror`,
        cure: `put a hosts.toml there, or remove the directory`,
      }))
  },
}
