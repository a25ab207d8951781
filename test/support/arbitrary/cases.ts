/** A node and two lists that are applied to it, one after the other. */
import fc from 'fast-check'
import type { WrittenContainerd } from '../../../lib/targets/containerd/settings.ts'
import { HOSTS_DIRS } from './configs.ts'
import { lists } from './lists.ts'
import { type Node, nodes } from './nodes.ts'
import { type Spelled, spelled } from './spelling.ts'

export interface Case {
  readonly node: Node
  readonly first: Spelled
  readonly second: Spelled
  readonly takeOver: boolean
}

/** Releases with the versions of config.toml that they read; null: there is no file. An unknown release: what all of them read. */
const RELEASES: readonly (readonly [
  release: string | undefined,
  versions: readonly (number | undefined | null)[],
])[] = [
  [undefined, [null, 2, 2, 3]],
  ['1.6', [null, undefined, 1, 2]],
  ['1.6.10', [2]],
  ['1.7.24', [null, undefined, 2, 2]],
  ['2.0', [null, 2, 3]],
  ['2.1.9', [2, 3, 3]],
  ['2.3', [null, undefined, 2, 3, 4]],
]
const ANY = [undefined, null, 1, 2, 3, 4, 5]

const CONFIGS = ['/etc/containerd/config.toml', '/srv/other/containerd.toml']

/** Settings of both lists: the machine is the same, but the second list may move directories. */
const settings = fc.constantFrom(...RELEASES).chain(([release, versions]) =>
  fc.record({
    release: fc.constant(release),
    version: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...versions) },
      { weight: 1, arbitrary: fc.constantFrom(...ANY) },
    ),
    config: fc.constantFrom(CONFIGS[0], CONFIGS[0], CONFIGS[0], CONFIGS[1]),
  }),
)

interface Moving {
  readonly hosts_dir: string | undefined
  readonly elsewhere: boolean
}

/** Where certs.d is, and whether another program writes config.toml. */
const moving: fc.Arbitrary<Moving> = fc.record({
  hosts_dir: fc.constantFrom(
    undefined,
    undefined,
    undefined,
    HOSTS_DIRS[0],
    `${HOSTS_DIRS[1]}/`,
    '/srv//other.d',
  ),
  elsewhere: fc.constantFrom(false, false, false, false, true),
})

/** `[targets.containerd]` of one list; mostly the same in both. */
function targetsOf(config: string, release: string | undefined, { hosts_dir, elsewhere }: Moving) {
  const containerd: WrittenContainerd = {
    ...(elsewhere ? { config: false } : config !== CONFIGS[0] && { config }),
    ...(hosts_dir !== undefined && { hosts_dir }),
    ...(release !== undefined && { version: release }),
  }
  return fc.constant(Object.keys(containerd).length === 0 ? undefined : { containerd: { ...containerd } })
}

export const cases: fc.Arbitrary<Case> = fc
  .tuple(settings, moving, fc.option(moving, { freq: 3 }))
  .map(([chosen, first, second]) => ({ ...chosen, of: [first, second ?? first] as const }))
  .chain(({ release, version, config = '', of: [first, second] }) =>
    fc.record({
      node: nodes(config, version),
      first: spelled(lists(targetsOf(config, release, first))),
      second: spelled(lists(targetsOf(config, release, second))),
      takeOver: fc.constantFrom(false, false, true),
    }),
  )
