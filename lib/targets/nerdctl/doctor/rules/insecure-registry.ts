/**
 * `insecure_registry = true`: nerdctl 2.3 with containerd 2 uses a directory of its own in place of `hosts_dir`
 * (pkg/imgutil/transfer.go:82-90@v2.3.5). Pure.
 */
import type { Rule } from '../../../rule.ts'
import { keyValue } from '../../config-file.ts'
import type { ObservedNerdctl } from '../observe-node.ts'

export const insecureRegistry: Rule<ObservedNerdctl> = {
  code: 'insecure_registry',
  severity: 'error',
  part: 'config',
  title: '`insecure_registry` is set, which turns every mirror off',
  find: ({ file }) => {
    if (file === undefined || keyValue(file, 'insecure_registry') !== true) return []
    const line = file.locateKey(['insecure_registry'])?.line
    return [
      {
        ...{ file: file.path, ...(line !== undefined && { line }) },
        problem: 'insecure_registry is true',
        consequence:
          'nerdctl 2.3 with containerd 2 uses no hosts.toml, and no release verifies a certificate',
        cure: 'remove it, and set skip_verify = true in the hosts.toml of the registry that needs it',
      },
    ]
  },
}
