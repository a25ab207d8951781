/**
 * hosts.toml files in /etc/containerd/certs.d, while config_path names another directory that has none: most guides write to
 * the former. The directory is read at each pull (core/remotes/docker/config/hosts.go:78-93@v2.3.4). On the real containerd:
 * test/e2e/doctor.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { effectiveRegistry, placeOfSetting } from '../../config/merge.ts'
import type { ObservedNode } from '../observed-node.ts'

const USUAL = '/etc/containerd/certs.d'

export const configPathElsewhere: Rule<ObservedNode> = {
  code: 'config_path_elsewhere',
  severity: 'warning',
  part: 'config',
  title: '`config_path` names another directory than the one with the hosts.toml files',
  find: ({ snapshot: { files, readers, currentDirs }, roots }) => {
    const count = (root: string) => (roots[root] ?? []).filter(({ hosts }) => hosts !== undefined).length
    const [setting] = readers.flatMap(reader => effectiveRegistry(files, reader).configPath ?? [])
    const isElsewhere = currentDirs.length > 0 && !currentDirs.includes(USUAL)
    if (setting === undefined || !isElsewhere || count(USUAL) === 0) return []
    if (currentDirs.some(root => count(root) > 0)) return []
    return [
      {
        ...placeOfSetting(setting),
        problem: `config_path names ${currentDirs.join(' and ')}, which has no hosts.toml files`,
        consequence: `containerd does not read those in ${USUAL}`,
        cure: `set config_path = "${USUAL}", then restart containerd`,
      },
    ]
  },
}
