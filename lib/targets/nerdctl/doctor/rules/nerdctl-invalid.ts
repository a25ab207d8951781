/** nerdctl.toml is not TOML, or a value has another type than nerdctl expects (cmd/nerdctl/main.go:155-160@v2.3.5). Pure. */
import type { Rule } from '../../../rule.ts'
import type { ObservedNerdctl } from '../observe-node.ts'

export const nerdctlInvalid: Rule<ObservedNerdctl> = {
  code: 'nerdctl_invalid',
  severity: 'error',
  part: 'config',
  title: '`nerdctl.toml` is invalid',
  find: ({ snapshot }) =>
    snapshot.faults.map(({ file, line, column, message, hint }) => ({
      ...(file !== undefined && { file }),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      problem: message.replace(/: every command of nerdctl fails$/, ''),
      consequence: 'nerdctl fails with every command',
      cure: hint ?? 'correct it',
    })),
}
