/** The node names another file (`--private-registry`, pkg/cli/cmds/agent.go@06ea261c). Pure. */
import type { Rule } from '../../../rule.ts'
import type { ObservedK3s } from '../observe-node.ts'

export const registriesYamlNotRead: Rule<ObservedK3s> = {
  code: 'registries_yaml_not_read',
  severity: 'warning',
  part: 'config',
  title: 'the node reads another file than the usual `registries.yaml`',
  find: ({ unused, snapshot: { distribution, node } }) => {
    if (unused === undefined || node.privateRegistry === undefined) return []
    const where = node.namedIn ?? 'the command line'
    return [
      {
        file: unused,
        problem: `${distribution.title} does not read this file: private-registry in ${where} names ${node.privateRegistry}`,
        consequence: 'no pull uses its mirrors',
        cure: `move its entries to ${node.privateRegistry}, and remove it`,
      },
    ]
  },
}
