/**
 * hosts.toml files that no pull reads, because config_path is not set. Up to 2.1 there is no default. Since 2.2 the default is
 * `/etc/containerd/certs.d:/etc/docker/certs.d` (plugins/cri/images/plugin.go:64-72@v2.3.4), which a pull through the transfer
 * service takes for one name. On the real containerd: test/e2e/doctor.spec.ts. Pure.
 */

import { atLeast, type Release } from '../../../release.ts'
import type { Rule } from '../../../rule.ts'
import { V1, V2, V3 } from '../../config/config-toml.ts'
import { effectiveRegistry, valueAt } from '../../config/merge.ts'
import type { ParsedConfig } from '../../config/parsed-config.ts'
import { disabledCri } from '../../config/plugin-names.ts'
import { pullsLocally } from '../../pull/pull-mode.ts'
import type { Snapshot } from '../../snapshot.ts'
import type { ObservedNode } from '../observed-node.ts'

const ROOT = '/etc/containerd/certs.d'

export const configPathUnset: Rule<ObservedNode> = {
  code: 'config_path_unset',
  severity: 'error',
  part: 'config',
  title: '`config_path` is not set, and there are hosts.toml files',
  find: ({ snapshot, roots }) => {
    // nerdctl reads them too, and a node of Docker has no CRI.
    if (disabledCri(snapshot.files, snapshot.readers).length > 0) return []
    const unused = (roots[ROOT] ?? []).filter(({ hosts }) => hosts !== undefined)
    const without = snapshot.readers.filter(reader => usesNone(snapshot, reader))
    if (unused.length === 0 || without.length === 0 || without.length < snapshot.readers.length) return []
    // It is in a table or a file that does not count: another finding says so.
    if (snapshot.files.some(isWritten)) return []
    const names = unused.map(({ name }) => name).slice(0, 3)
    return [
      {
        file: snapshot.config.path,
        problem: 'config_path is not set',
        consequence: `containerd does not read the hosts.toml files in ${ROOT} (${names.join(', ')})`,
        cure: cureFor(snapshot),
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

function isWritten(file: ParsedConfig): boolean {
  return [V1, V2, V3].some(table => ![undefined, ''].includes(text(valueAt(file, [...table, 'config_path']))))
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Beside registry.mirrors, config_path keeps CRI from starting. */
function cureFor({ files, readers }: Snapshot): string {
  if (readers.some(reader => effectiveRegistry(files, reader).mirrors.length > 0))
    return 'move registry.mirrors into a mirror list (regmirror import prints one), then run regmirror apply --migrate'
  return `set config_path = "${ROOT}" in the registry table of CRI (regmirror apply does it), then restart containerd`
}
