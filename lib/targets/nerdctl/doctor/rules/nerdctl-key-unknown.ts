/** A key that nerdctl does not know: it decodes strictly (cmd/nerdctl/main.go:157@v2.3.5, pkg/config/config.go:28-53). Pure. */
import type { Rule } from '../../../rule.ts'
import { unknownKeys } from '../../config-file.ts'
import type { ObservedNerdctl } from '../observe-node.ts'

export const nerdctlKeyUnknown: Rule<ObservedNerdctl> = {
  code: 'nerdctl_key_unknown',
  severity: 'error',
  part: 'config',
  title: '`nerdctl.toml` has an unknown key',
  find: ({ file }) => {
    if (file === undefined) return []
    return unknownKeys(file).map(key => {
      const line = file.locateKey([key])?.line
      return {
        ...{ file: file.path, ...(line !== undefined && { line }) },
        problem: `nerdctl 2.3.5 does not know ${key}`,
        consequence: 'nerdctl fails with every command, unless its release knows the key',
        cure: 'remove it, or correct its name',
      }
    })
  },
}
