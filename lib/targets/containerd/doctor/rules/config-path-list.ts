/**
 * Several directories in config_path. Since 2.1 a pull goes through the transfer service, which takes the whole value for
 * the name of one directory (internal/cri/server/images/image_pull.go:316@v2.3.4,
 * core/transfer/registry/registry.go:127@v2.3.4); a local pull splits it (image_pull.go:479@v2.3.4, :425@v1.7.24). On the
 * real containerd: test/e2e/doctor.spec.ts and endpoints-cri.spec.ts. Pure.
 */

import { atLeast, type Release } from '../../../release.ts'
import type { Found, Rule } from '../../../rule.ts'
import { directoriesOf } from '../../config/config-path.ts'
import { effectiveRegistry, placeOfSetting } from '../../config/merge.ts'
import { pullsLocally } from '../../pull/pull-mode.ts'
import { findForEach } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

/** 2.2.0 and 2.2.1 print this in their default config (internal/cri/config/config_unix.go:36@v2.2.0). */
const PRINTED = '/etc/containerd/certs.d:/etc/docker/certs.d'

export const configPathList: Rule<ObservedNode> = {
  code: 'config_path_list',
  severity: 'error',
  also: { note: 'where it works, or where no hosts.toml is affected' },
  part: 'config',
  title: '`config_path` names several directories',
  find: ({ snapshot, roots }) => {
    const { files, readers, hostsDir } = snapshot
    const [setting] = readers.flatMap(reader => effectiveRegistry(files, reader).configPath ?? [])
    const directories = directoriesOf(setting?.value)
    const isUsed = directories.some(root => roots[root]?.some(({ hosts }) => hosts !== undefined))
    if (setting === undefined || directories.length < 2 || (!isUsed && setting.value === PRINTED)) return []
    const found = {
      ...placeOfSetting(setting),
      problem: `config_path names several directories: ${String(setting.value)}`,
      cure: `name one: config_path = "${hostsDir}"; then restart containerd`,
    }
    const broken = readers.filter(reader => atLeast(reader, '2.1.0') && !pullsLocally(files, reader))
    if (broken.length === 0) return [{ ...found, severity: 'note', consequence: WORKS }]
    return findForEach(readers, reader =>
      broken.includes(reader) ? [findBroken(found, reader, isUsed)] : [],
    )
  },
}

const WORKS =
  'this works as long as containerd pulls by itself; the transfer service, the default since 2.1, takes the value for the name of one directory'

function findBroken(found: Omit<Found, 'consequence'>, { name }: Release, isUsed: boolean): Found {
  const takes = `containerd ${name} takes the value for the name of one directory`
  if (!isUsed) return { ...found, severity: 'note', consequence: `${takes}, so it would use no mirror` }
  return { ...found, consequence: `${takes}, so it uses no mirror` }
}
