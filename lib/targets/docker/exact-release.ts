/** The release as exactly as the list and the node have it. Pure. */
import type { Release } from '../release.ts'
import type { DockerSnapshot } from './snapshot.ts'

export function exactRelease({
  release,
  installed,
}: Pick<DockerSnapshot, 'release' | 'installed'>): Release | undefined {
  const refines = release !== undefined && installed?.name.startsWith(`${release.name}.`)
  return refines ? installed : release
}
