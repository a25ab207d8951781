/**
 * A directory below that of a registry, and no hosts.toml above it: containerd looks up the registry alone, not its
 * projects or repositories (hostPaths, config_unix.go:25-36@v2.3.4). On the real containerd: test/e2e/doctor-hosts.spec.ts.
 * Pure.
 */
import type { Rule } from '../../../rule.ts'
import { hostsViews } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const directoryNested: Rule<ObservedNode> = {
  code: 'directory_nested',
  severity: 'warning',
  part: 'hosts',
  title: 'the directory of a registry holds a directory in place of hosts.toml',
  find: observed =>
    hostsViews(observed).flatMap(({ directory, registry, text }) => {
      const below = directory.entries.find(
        name => observed.files.get(`${directory.path}/${name}`)?.facts.type === 'directory',
      )
      // The name of a registry has no colon at its end: that is `https:`.
      if (text !== undefined || below === undefined || below === 'hosts.toml' || directory.name.endsWith(':'))
        return []
      return [
        {
          ...{ file: `${directory.path}/${below}`, registry },
          problem: 'this directory is below that of a registry',
          consequence: `containerd reads ${directory.path}/hosts.toml alone, and it does not exist`,
          cure: `put hosts.toml into ${directory.path}: it holds for the whole registry`,
        },
      ]
    }),
}
