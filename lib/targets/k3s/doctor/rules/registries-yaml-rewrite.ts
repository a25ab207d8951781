/**
 * A rewrite with a group that its pattern does not have puts nothing in its place (regexp.Expand of Go; k3s#11191). The rules
 * reach containerd unchanged (getHostConfigs, pkg/agent/containerd/config.go@06ea261c). Pure.
 */
import { isTable } from '../../../../formats/is-table.ts'
import { tablesIn } from '../../../../formats/table-values.ts'
import type { Rule } from '../../../rule.ts'
import type { ObservedK3s } from '../observe-node.ts'

export const registriesYamlRewrite: Rule<ObservedK3s> = {
  code: 'registries_yaml_rewrite',
  severity: 'error',
  part: 'config',
  title: 'a rewrite names a group that its pattern does not have',
  find: ({ file }) =>
    tablesIn(file?.value.mirrors).flatMap(([name, { rewrite }]) =>
      Object.entries(isTable(rewrite) ? rewrite : {}).flatMap(([pattern, replacement]) => {
        const missing = missingGroups(pattern, String(replacement))
        if (file === undefined || missing.length === 0) return []
        return [
          {
            ...{ file: file.path, ...file.locateKey(['mirrors', name, 'rewrite', pattern]), registry: name },
            problem: `the replacement names ${missing.join(' and ')}, which the pattern ${JSON.stringify(pattern)} does not have`,
            consequence: 'the mirrors are sent the name of another repository',
            cure: 'put the part of the name into parentheses: "^library/(.*)": "hub/library/$1"',
          },
        ]
      }),
    ),
}

/** `$1x` is the group named `1x`. */
function missingGroups(pattern: string, replacement: string): readonly string[] {
  const count = [...pattern.replace(/\\.|\[[^\]]*\]/g, '').matchAll(/\((?!\?(?!P?<))/g)].length
  const names = [...pattern.matchAll(/\(\?P?<(\w+)>/g)].map(([, name]) => name)
  const used = [...replacement.replaceAll('$$', '').matchAll(/\$(?:\{(\w+)\}|(\w+))/g)]
  return used.filter(([, braced, bare]) => !isGroup(braced ?? bare ?? '', count, names)).map(([text]) => text)
}

function isGroup(name: string, count: number, names: readonly (string | undefined)[]): boolean {
  return /^\d+$/.test(name) ? Number(name) <= count : names.includes(name)
}
