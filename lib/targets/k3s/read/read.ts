/** The mirrors of the registries.yaml of a node, as a list. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { stringsIn } from '../../../formats/table-values.ts'
import type { FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { baseUrl } from '../../../model/registry.ts'
import { hostOf } from '../../../model/written-url.ts'
import { k3sDialect } from '../dialect.ts'
import { endpointUrl } from '../pull/endpoint-url.ts'
import { tableIn } from '../registries-file.ts'
import type { K3sSnapshot } from '../snapshot.ts'
import { readRegistriesYaml } from './registries-yaml.ts'

/** With the node flag, a registry with endpoints does not fall back, unless its last one is its own server. */
export function read(snapshot: K3sSnapshot): ReadBack {
  const { file, faults } = snapshot
  const others = otherLosses(snapshot)
  if (file === undefined) return { registries: [], losses: [...faults, ...others] }
  const { path, text, value, locateKey } = file
  const { registries, losses } = readRegistriesYaml({ file: path, text, value, locateKey })
  const kept = registries.filter(({ server }) => server?.login !== undefined)
  return {
    registries: registries.map(registry => withFallback(withoutServerLogin(registry), snapshot)),
    losses: [
      ...losses.filter(loss => !kept.some(one => isOfServer(loss, one))),
      ...kept.map(keptLoss),
      ...others,
    ],
  }
}

/** regmirror leaves it where it is: a list of this node need not have it, and k3s has no header for a server. */
function withoutServerLogin({ server, ...registry }: FoundRegistry): FoundRegistry {
  if (server === undefined) return registry
  const { login: _, ...rest } = server
  const saysMore = rest.skipVerify || rest.ca !== undefined || rest.client !== undefined
  return saysMore ? { ...registry, server: rest } : registry
}

function isOfServer({ message }: Loss, { server, mirrors }: FoundRegistry): boolean {
  const host = server === undefined ? '' : hostOf(server.url)
  return mirrors.every(({ url }) => hostOf(url) !== host) && message.includes(`the login for ${host} `)
}

function keptLoss({ name, at, server }: FoundRegistry): Loss {
  const message = `the login for ${hostOf(server?.url ?? '')} stays in this file, where k3s uses it; the list does not have it`
  return { ...at, registry: name, message, hint: 'nothing to do' }
}

function withFallback(registry: FoundRegistry, { file, node }: K3sSnapshot): FoundRegistry {
  const { mirrors, name } = registry
  const hasConfig = isTable(file?.value.configs) && Object.hasOwn(file.value.configs, name)
  if (!node.noDefault || hasConfig || mirrors.length === 0 || name === '*') return registry
  const usual = baseUrl(k3sDialect.defaultServer(name).bases[0])
  const written = file && stringsIn(tableIn(file, 'mirrors', name).endpoint).at(-1)
  const last = written === undefined ? undefined : endpointUrl(written)
  return last && last.origin + last.path === usual ? registry : { ...registry, fallback: false }
}

/** k3s and RKE2 on one node have a file each. */
function otherLosses({ otherFiles }: K3sSnapshot): readonly Loss[] {
  return otherFiles.map(file => {
    const message = 'this file names mirrors of its own; the list does not have them'
    return { file, from: file, message }
  })
}
