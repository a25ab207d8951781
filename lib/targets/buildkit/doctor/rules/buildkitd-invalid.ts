/**
 * buildkitd.toml is not TOML, or a value has another type than buildkitd expects (cmd/buildkitd/config/load.go@v0.32.2). On the
 * parser of docker buildx: test/e2e/buildkit.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import type { ObservedBuildkit } from '../observe-node.ts'

export const buildkitdInvalid: Rule<ObservedBuildkit> = {
  code: 'buildkitd_invalid',
  severity: 'error',
  part: 'config',
  title: '`buildkitd.toml` is invalid',
  find: ({ snapshot }) =>
    snapshot.faults.map(({ file, line, column, message, hint }) => ({
      ...(file !== undefined && { file }),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      problem: message.replace(/: buildkitd does not start$/, ''),
      consequence: 'buildkitd does not start, and docker buildx creates no builder with it',
      cure: hint ?? 'correct it',
    })),
}
