/**
 * registries.yaml that is no plain YAML keeps the node from starting, or holds what its reader takes in another way than it
 * looks (GetPrivateRegistries, wharfie pkg/registries/registries.go:38-56@v0.7.1). Pure.
 */
import type { Rule } from '../../../rule.ts'
import type { ObservedK3s } from '../observe-node.ts'

export const registriesYamlInvalid: Rule<ObservedK3s> = {
  code: 'registries_yaml_invalid',
  severity: 'error',
  part: 'config',
  title: '`registries.yaml` is not plain YAML',
  find: ({ snapshot: { faults, distribution } }) =>
    faults.map(({ message, hint = 'correct it', file, line, column }) => ({
      ...(file !== undefined && { file }),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      problem: message,
      consequence: `${distribution.title} does not start, and regmirror does not edit this file`,
      cure: hint,
    })),
}
