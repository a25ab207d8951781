/**
 * The directory of a registry has the name that `mirrors` has, and containerd looks it up by the name in the image
 * (writeContainerdHosts, pkg/agent/containerd/config.go@06ea261c). Pure.
 */
import { isTable } from '../../../../formats/is-table.ts'
import type { Rule } from '../../../rule.ts'
import type { ObservedK3s } from '../observe-node.ts'

export const registriesYamlName: Rule<ObservedK3s> = {
  code: 'registries_yaml_name',
  severity: 'warning',
  part: 'config',
  title: 'an entry of `mirrors` has a name that no image has',
  find: ({ file }) => {
    const names = isTable(file?.value.mirrors) ? Object.keys(file.value.mirrors) : []
    return names.flatMap(name => {
      const meant = meantName(name)
      if (file === undefined || meant === undefined) return []
      return [
        {
          ...{ file: file.path, ...file.locateKey(['mirrors', name]), registry: meant },
          problem: `no image is of a registry named ${JSON.stringify(name)}`,
          consequence: 'no pull uses its mirrors',
          cure: `write ${JSON.stringify(meant)}:`,
        },
      ]
    })
  },
}

/** The name that images have; undefined where it is right. */
function meantName(name: string): string | undefined {
  if (name === '*') return undefined
  const host = name
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/.*$/s, '')
    .toLowerCase()
  const meant = /^(registry-1|index|registry)\.docker\.io$/.test(host) ? 'docker.io' : host
  return meant === name || meant === '' ? undefined : meant
}
