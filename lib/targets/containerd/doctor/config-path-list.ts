/**
 * Several directories in config_path. Since 2.1 a pull goes through the transfer service, which takes the whole value for
 * the name of one directory (internal/cri/server/images/image_pull.go:316@v2.3.4,
 * core/transfer/registry/registry.go:127@v2.3.4); a local pull splits it (image_pull.go:479@v2.3.4, :425@v1.7.24). On the
 * real containerd: test/e2e/doctor.spec.ts. Pure.
 */
import type { Rule } from '../../rule.ts'
import { directoriesOf } from '../config/config-path.ts'
import { effectiveRegistry, placeOfSetting } from '../config/merge.ts'
import { pullsLocally } from '../pull/pull-mode.ts'
import { atLeast, type Release } from '../release.ts'
import type { ObservedNode } from './observed-node.ts'

export const configPathList: Rule<ObservedNode> = {
  code: 'config_path_list',
  severity: 'error',
  part: 'config',
  title: '`config_path` names several directories',
  find: ({ snapshot }) => {
    const { files, readers } = snapshot
    const [setting] = readers.flatMap(reader => effectiveRegistry(files, reader).configPath ?? [])
    if (setting === undefined || directoriesOf(setting.value).length < 2) return []
    const broken = readers.filter(reader => atLeast(reader, '2.1.0') && !pullsLocally(files, reader))
    const problem = `config_path names several directories: ${String(setting.value)}`
    const cure = `name one: config_path = "${snapshot.hostsDir}"; then restart containerd`
    return [{ ...placeOfSetting(setting), problem, cure, ...consequenceFor(broken, readers) }]
  },
}

function consequenceFor(broken: readonly Release[], readers: readonly Release[]) {
  const [first] = broken
  if (first === undefined) {
    const consequence =
      'this works today; containerd 2.1 and later take it for the name of one directory and use no mirror'
    return { severity: 'note', consequence } as const
  }
  const name = readers.length === 1 ? first.name : '2.1 and later'
  const consequence = `containerd ${name} takes it for the name of one directory, so it uses no mirror`
  return { severity: readers.length === 1 ? 'error' : 'warning', consequence } as const
}
