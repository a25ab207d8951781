/** The release of containerd that is built into a Docker, for its rules of hosts.toml. Pure. */
import { atLeast, parseRelease, type Release } from '../../release.ts'

/** vendor.mod of each release: 28.0 to 28.2 have 2.0, 28.3 and later 2.1, 29 has 2.2. */
const BUILT_IN: readonly (readonly [docker: string, containerd: string])[] = [
  ['29.0.0', '2.2.0'],
  ['28.3.0', '2.1.3'],
]

export function builtInContainerd(release: Release | undefined): Release {
  const found = BUILT_IN.find(([docker]) => release === undefined || atLeast(release, docker))
  return parseRelease(found?.[1] ?? '2.0.2') as Release
}
