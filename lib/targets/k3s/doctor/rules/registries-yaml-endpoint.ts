/** Invalid endpoints and repeated ones are left out with a warning in the log (getHostConfigs, pkg/agent/containerd/config.go@06ea261c). Pure. */
import { isTable } from '../../../../formats/is-table.ts'
import type { Rule } from '../../../rule.ts'
import { generatedHosts } from '../../pull/host-configs.ts'
import type { ObservedK3s } from '../observe-node.ts'

export const registriesYamlEndpoint: Rule<ObservedK3s> = {
  code: 'registries_yaml_endpoint',
  severity: 'warning',
  part: 'config',
  title: 'an endpoint is no URL, or is listed twice',
  find: ({ file, snapshot: { node } }) => {
    if (file === undefined || !isTable(file.value.mirrors)) return []
    // An entry whose endpoints are all ignored has no hosts.toml: each is looked at by itself.
    return Object.entries(file.value.mirrors).flatMap(([name, table]) => {
      const endpoints = isTable(table) && Array.isArray(table.endpoint) ? table.endpoint : []
      const kept = { endpoint: [...endpoints, 'https://kept.invalid'] }
      const made = generatedHosts({ mirrors: { [name]: kept } }, node.noDefault)
      const ignored = made.get(name === '*' ? '_default' : name)?.ignored ?? []
      return ignored.map(({ nth, why }) => ({
        ...{ file: file.path, ...file.locateKey(['mirrors', name, 'endpoint', nth]), registry: name },
        problem: `the endpoint ${JSON.stringify(String(endpoints[nth]))} is ignored: ${why}`,
        consequence: 'no pull uses it',
        cure: why.startsWith('it is no URL') ? 'write https://HOST or https://HOST:PORT' : 'remove it',
      }))
    })
  },
}
