/** A template replaces the configuration of containerd, config_path and logins included (writeContainerdConfig, pkg/agent/containerd/config.go@06ea261c). Pure. */

import { isTable } from '../../../../formats/is-table.ts'
import { tablesIn } from '../../../../formats/table-values.ts'
import type { Rule } from '../../../rule.ts'
import { templateProblem } from '../../template.ts'
import type { ObservedK3s } from '../observe-node.ts'

export const registriesYamlTemplate: Rule<ObservedK3s> = {
  code: 'registries_yaml_template',
  severity: 'error',
  part: 'config',
  title: 'a template for the configuration of containerd leaves mirrors or logins out',
  find: ({ file, snapshot: { template, distribution } }) => {
    const hasLogins = tablesIn(file?.value.configs).some(([, { auth }]) => isTable(auth))
    const problem = file && template && templateProblem(template.text, hasLogins)
    if (template === undefined || problem === undefined) return []
    return [
      {
        file: template.path,
        line: 1,
        problem: problem.replace(/;.*$/, ''),
        consequence: `pulls of ${distribution.title} go to the registries themselves, or without a login`,
        cure: 'start it with {{ template "base" . }}',
      },
    ]
  },
}
