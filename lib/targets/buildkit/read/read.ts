/** The mirrors of the buildkitd.toml of a node, as a list. Pure. */
import type { ReadBack } from '../../../model/read-back.ts'
import type { BuildkitSnapshot } from '../snapshot.ts'
import { readBuildkitdToml } from './buildkitd-toml.ts'

export function read({ file, faults }: BuildkitSnapshot): ReadBack {
  if (file === undefined) return { registries: [], losses: faults }
  const { path, text, value, locateKey } = file
  return readBuildkitdToml({ file: path, text, value, locateKey })
}
