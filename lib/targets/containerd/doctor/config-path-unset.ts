/**
 * hosts.toml files that no pull reads, because config_path is not set. Up to 2.1 there is no default. Since 2.2 the default is
 * `/etc/containerd/certs.d:/etc/docker/certs.d` (plugins/cri/images/plugin.go:64-72@v2.3.4), which a pull through the transfer
 * service takes for one name. On the real containerd: test/e2e/doctor.spec.ts. Pure.
 */
import type { Rule } from '../../rule.ts'
import { effectiveRegistry } from '../config/merge.ts'
import { disabledCri } from '../config/plugin-names.ts'
import { pullsLocally } from '../pull/pull-mode.ts'
import { atLeast, type Release } from '../release.ts'
import type { Snapshot } from '../snapshot.ts'
import type { ObservedNode } from './observed-node.ts'

export const configPathUnset: Rule<ObservedNode> = {
  code: 'config_path_unset',
  severity: 'error',
  part: 'config',
  title: '`config_path` is not set, and there are hosts.toml files',
  find: ({ snapshot, roots }) => {
    const root = '/etc/containerd/certs.d'
    // nerdctl reads them too, and a node of Docker has no CRI.
    if (disabledCri(snapshot.files, snapshot.readers).length > 0) return []
    const unused = (roots[root] ?? []).filter(({ hosts }) => hosts !== undefined)
    const without = snapshot.readers.filter(reader => usesNone(snapshot, reader))
    if (unused.length === 0 || without.length === 0 || without.length < snapshot.readers.length) return []
    const names = unused.map(({ name }) => name).slice(0, 3)
    return [
      {
        file: snapshot.config.path,
        problem: 'config_path is not set',
        consequence: `containerd does not read the hosts.toml files in ${root} (${names.join(', ')})`,
        cure: `set config_path = "${root}" in the registry table of CRI (regmirror apply does it), then restart containerd`,
      },
    ]
  },
}

/** Whether a pull of this release reads no directory. */
function usesNone({ files }: Snapshot, reader: Release): boolean {
  const { configPath, mirrors } = effectiveRegistry(files, reader)
  if (configPath !== undefined && configPath.value !== '') return false
  return !atLeast(reader, '2.2.0') || mirrors.length > 0 || !pullsLocally(files, reader)
}
