/**
 * A config_path that is no directory: a placeholder that nothing fills in, or a relative path, which starts at the working
 * directory of containerd. containerd opens a directory of that very name (os.Stat,
 * core/remotes/docker/config/hosts.go:90@v2.3.4). On the real containerd: test/e2e/config-verdicts.spec.ts. Pure.
 */
import type { Found, Rule } from '../../../rule.ts'
import { isAbsolutePath, isPlaceholder } from '../../config/config-path.ts'
import { effectiveRegistry, placeOfSetting, type Setting } from '../../config/merge.ts'
import { findForEach } from '../found-issue.ts'
import type { ObservedNode } from '../observed-node.ts'

export const configPathUnusable: Rule<ObservedNode> = {
  code: 'config_path_unusable',
  severity: 'error',
  also: { warning: 'for a relative path' },
  part: 'config',
  title: '`config_path` is a placeholder or a relative path',
  find: ({ snapshot: { files, readers } }) =>
    findForEach(readers, reader => {
      const { configPath } = effectiveRegistry(files, reader)
      return configPath === undefined ? [] : findUnusable(configPath)
    }),
}

function findUnusable(setting: Setting): readonly Found[] {
  const { value } = setting
  if (typeof value !== 'string' || (!isPlaceholder(value) && isAbsolutePath(value))) return []
  const cure = 'write an absolute path: config_path = "/etc/containerd/certs.d"; then restart containerd'
  const place = placeOfSetting(setting)
  if (isPlaceholder(value)) {
    const problem = `config_path ${JSON.stringify(value)} contains a placeholder`
    return [
      { ...place, problem, consequence: 'containerd takes it literally and finds no hosts.toml file', cure },
    ]
  }
  const problem = `config_path ${JSON.stringify(value)} is not a plain absolute path`
  const consequence = 'containerd looks for it in its working directory'
  return [{ ...place, severity: 'warning', problem, consequence, cure }]
}
