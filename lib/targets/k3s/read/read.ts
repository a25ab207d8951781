/** The mirrors of the registries.yaml of a node, as a list. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { stringsIn } from '../../../formats/table-values.ts'
import type { FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { baseUrl } from '../../../model/registry.ts'
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
  return {
    registries: registries.map(registry => withFallback(registry, snapshot)),
    losses: [...losses, ...others],
  }
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
