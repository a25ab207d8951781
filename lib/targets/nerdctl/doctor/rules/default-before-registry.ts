/**
 * `_default` beside the directory of a registry without a port: releases before 2.3 look for `registry:443` first, and that look-up
 * ends at `_default` (pkg/imgutil/dockerconfigresolver/hostsstore.go:46@v2.3.5, registryurl.go:35). Pure.
 */
import type { Rule } from '../../../rule.ts'
import type { ObservedNerdctl } from '../observe-node.ts'

export const defaultBeforeRegistry: Rule<ObservedNerdctl> = {
  code: 'default_before_registry',
  severity: 'note',
  part: 'hosts',
  title: 'releases of nerdctl before 2.3 read `_default` before the directory of a registry',
  find: ({ snapshot: { hostsDirs, directories } }) =>
    hostsDirs.flatMap(root => {
      const found = directories[root] ?? []
      if (!found.some(({ name, hosts }) => name === '_default' && hosts !== undefined)) return []
      return found
        .filter(({ name, hosts }) => hosts !== undefined && !/^_default$|^docker\.io$|[:_]\d+_?$/.test(name))
        .map(({ name }) => ({
          ...{ file: `${root}/${name}/hosts.toml`, registry: name },
          problem: `nerdctl before 2.3 uses ${root}/_default for ${name}`,
          consequence: 'nerdctl before 2.3, or with containerd before 2.0, does not read this file',
          cure: 'use nerdctl 2.3 with containerd 2',
        }))
    }),
}
