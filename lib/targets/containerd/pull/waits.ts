/** How long a pull through containerd waits for an endpoint that does not work, release by release. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { secondsOf } from '../../hosts-toml/read/go-values.ts'
import type { Wait } from '../../pull-route.ts'
import { atLeast, type Release } from '../../release.ts'
import { V2, V3 } from '../config/config-toml.ts'
import { valueAt } from '../config/merge.ts'
import type { ParsedConfig } from '../config/parsed-config.ts'
import type { Snapshot } from '../snapshot.ts'
import type { PlacedEndpoint } from './placed-route.ts'
import { filesFor } from './pull-config.ts'
import { pullsLocally } from './pull-mode.ts'
import { rangesOf } from './releases.ts'

interface Context {
  readonly snapshot: Snapshot
  /** Those that may run here and use the route. */
  readonly releases: readonly Release[]
  /** All that may run here. */
  readonly all: readonly Release[]
}

export function waitsOf(placed: PlacedEndpoint, { snapshot, releases, all }: Context): readonly Wait[] {
  const each = releases.map(release => ({ release, wait: waitOf(placed, snapshot, release) }))
  const distinct = each.filter(
    ({ wait }, i) => each.findIndex(other => isDeepStrictEqual(other.wait, wait)) === i,
  )
  if (distinct.length === 1) return distinct.map(({ wait }) => wait)
  return distinct.map(({ wait }) => {
    const same = each.filter(other => isDeepStrictEqual(other.wait, wait)).map(({ release }) => release)
    return { releases: rangesOf(same, all), ...wait }
  })
}

/** core/remotes/docker/registry.go:256@v2.3.4 */
const DIAL_S = 30

function waitOf({ endpoint, entry }: PlacedEndpoint, snapshot: Snapshot, reader: Release): Wait {
  const { dialTimeout } = endpoint
  const ignored = entry?.ignoredTimeout ?? entry?.dialTimeout
  const isIgnored = dialTimeout === undefined && ignored !== undefined
  return {
    connectS: secondsOf(dialTimeout) || DIAL_S,
    ...(isIgnored && { ignoredTimeout: ignored }),
    silent: silence(filesFor(snapshot, reader).files, reader),
  }
}

/** The limit of 2.3 for response headers (registry.go:264@v2.3.4). */
const HEADER_S = 30

/**
 * 1.6 has no limit at all. 1.7 and later cancel a pull without progress (image_pull.go:591-640@v1.7.24), but the transfer
 * service counts no request as active that waits for its headers (image_pull.go:907-1024@v2.1.9).
 */
function silence(files: readonly ParsedConfig[], reader: Release): Wait['silent'] {
  if (atLeast(reader, '2.3.0')) return { kind: 'next', afterS: HEADER_S }
  const afterS = atLeast(reader, '1.7.0') && pullsByItself(files, reader) ? progressTimeout(files) : 0
  return afterS > 0 ? { kind: 'fails', afterS } : { kind: 'hangs' }
}

function pullsByItself(files: readonly ParsedConfig[], reader: Release): boolean {
  return !atLeast(reader, '2.1.0') || pullsLocally(files, reader)
}

/** pkg/cri/config/config.go:52@v1.7.24 */
const PROGRESS_S = 300
const KEY = 'image_pull_progress_timeout'

/** 0: no limit. */
function progressTimeout(files: readonly ParsedConfig[]): number {
  const places = [V2, V3].map(table => [...table.slice(0, -1), KEY])
  const values = files.flatMap(file => places.map(place => valueAt(file, place)))
  return secondsOf(values.findLast(value => value !== undefined)) ?? PROGRESS_S
}
