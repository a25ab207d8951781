/** The mirrors of the registries.yaml of a node, as a list. Pure. */
import type { ReadBack } from '../../../model/read-back.ts'
import type { K3sSnapshot } from '../snapshot.ts'
import { readRegistriesYaml } from './registries-yaml.ts'

/** With the node flag, a registry with endpoints does not fall back, unless its last one is its own server. */
export function read({ file, faults }: K3sSnapshot): ReadBack {
  if (file === undefined) return { registries: [], losses: faults }
  const { path, text, value, locateKey } = file
  return readRegistriesYaml({ file: path, text, value, locateKey })
}
