/** A registry in a later directory of `hosts_dir`: nerdctl 2.3 with containerd 2 uses the first only (pkg/imgutil/transfer.go:91@v2.3.5). Pure. */
import type { Rule } from '../../../rule.ts'
import { keyValue } from '../../config-file.ts'
import type { ObservedNerdctl } from '../observe-node.ts'

export const hostsDirOrder: Rule<ObservedNerdctl> = {
  code: 'hosts_dir_order',
  severity: 'warning',
  also: { note: 'where `nerdctl.toml` names no directories: the other one is that of Docker' },
  part: 'hosts',
  title: 'a `hosts.toml` is not in the first directory of `hosts_dir`',
  find: ({ file, snapshot: { hostsDirs, directories } }) => {
    const [first = '', ...others] = hostsDirs
    const there = new Set((directories[first] ?? []).map(({ name }) => name))
    const severity = keyValue(file, 'hosts_dir') === undefined ? ('note' as const) : ('warning' as const)
    return others.flatMap(root =>
      (directories[root] ?? [])
        .filter(({ name, hosts }) => hosts !== undefined && !there.has(name))
        .map(({ name }) => ({
          ...{ severity, file: `${root}/${name}/hosts.toml`, registry: name },
          problem: `${root} is not the first directory of hosts_dir`,
          consequence: `nerdctl 2.3 with containerd 2 reads ${first} only`,
          cure: `move the directory ${name} to ${first}`,
        })),
    )
  },
}
