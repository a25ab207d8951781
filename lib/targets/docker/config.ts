/** daemon.json with the mirrors of docker.io, and the hosts of them that are not verified. Pure. */
import { BYTE_ORDER_MARK } from '../../formats/byte-order-mark.ts'
import { formats } from '../../formats/index.ts'
import { stringsIn } from '../../formats/table-values.ts'
import type { ApiBase, Mirror, Registry } from '../../model/registry.ts'
import type { OwnedValue } from '../../ownership/managed-file.ts'
import { setOwned } from '../../ownership/owned-value.ts'
import { atLeast } from '../release.ts'
import type { DesiredFile } from '../target.ts'
import { INSECURE, MIRRORS, NEW } from './daemon-json.ts'
import { formOf } from './form.ts'
import type { DockerSnapshot } from './snapshot.ts'

/** A key that is removed keeps its value until a restart (daemon/reload.go:223-226@v28.5.2); `[]` does not. */
const CLEARED = { cleared: [] } as const

/** Undefined where daemon.json needs no change, or cannot be changed. `hub`: docker.io of the list. */
export function renderConfig(
  hub: Registry | undefined,
  snapshot: DockerSnapshot,
  certificates: readonly DesiredFile[],
): DesiredFile | undefined {
  const { config, json } = snapshot
  if (json === undefined) return undefined
  const values = ownedValues(hub, snapshot)
  if (values.length === 0 && !snapshot.written.includes(config.path)) return undefined
  const text = values.reduce<string | undefined>(
    (so, value) => (so === undefined ? undefined : setOwned(so, value, formats.json)),
    json.text,
  )
  if (text === undefined) return undefined
  const isEmpty = json.text === NEW
  const mark = config.found?.bytes.toString('utf8').startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : ''
  return {
    path: config.path,
    content: mark + text,
    secret: false,
    effect: 'reload',
    why: whyConfig(values, hub),
    ...(certificates.length > 0 && { after: certificates.map(file => file.path) }),
    owns: { kind: 'values', format: 'json', values, ...(isEmpty && { created_from: NEW }) },
  }
}

/** Where a list has no docker.io, its mirrors are those of another writer. */
export function ownedValues(
  hub: Registry | undefined,
  snapshot: Pick<DockerSnapshot, 'json' | 'chosen' | 'release' | 'ownInsecure'>,
): readonly OwnedValue[] {
  if (hub === undefined) return []
  const { daemonMirrors } = formOf(snapshot)
  const mirrors = daemonMirrors ? hub.mirrors : []
  const isThere = snapshot.json?.value[MIRRORS] !== undefined
  const insecure = daemonMirrors ? addedInsecure(hub, snapshot) : []
  return [
    ...(mirrors.length > 0 || isThere
      ? [{ path: [MIRRORS], value: mirrors.map(({ base }) => mirrorUrl(base)), ...CLEARED }]
      : []),
    ...(insecure.length > 0
      ? [{ path: [INSECURE], value: insecure, part: 'elements' as const, ...CLEARED }]
      : []),
  ]
}

/** dockerd puts `/v2/` behind the path (registry/auth.go:183@v28.5.2). */
export function mirrorUrl({ origin, path, form }: ApiBase): string {
  return form === 'mounted' ? origin + path.replace(/\/v2$/, '') : origin
}

/** Entries that the mirrors need, without those of others. */
function addedInsecure(
  { mirrors }: Registry,
  { json, ownInsecure, release }: Pick<DockerSnapshot, 'json' | 'ownInsecure' | 'release'>,
): readonly string[] {
  const present = stringsIn(json?.value[INSECURE])
  const foreign = present.filter(entry => !ownInsecure.includes(entry))
  const isOld = release !== undefined && !atLeast(release, '23.0.0')
  const needed = mirrors.flatMap(mirror => [
    ...(mirror.skipVerify && isTls(mirror) ? [hostOf(mirror)] : []),
    // `docker build` of 20.10 contacts an http mirror over https unless it is listed so (daemon/daemon.go:160-210@v20.10.24).
    ...(isOld && !isTls(mirror) ? [`http://${hostOf(mirror)}`] : []),
  ])
  return [...new Set(needed)].filter(entry => !foreign.includes(entry))
}

function isTls({ base }: Mirror): boolean {
  return base.origin.startsWith('https:')
}

/** With its port where the URL has one: Docker compares it literally (registry/config.go:243-292@v28.5.2). */
export function hostOf({ base }: Pick<Mirror, 'base'>): string {
  return new URL(base.origin).host
}

function whyConfig(values: readonly OwnedValue[], hub: Registry | undefined): string {
  const count = hub?.mirrors.length ?? 0
  const urls = values.find(({ path }) => path[0] === MIRRORS)?.value
  if (!Array.isArray(urls)) return 'no mirror of docker.io'
  if (urls.length === 0) return 'no mirror of docker.io in daemon.json'
  return count === 1 ? '1 mirror for docker.io' : `${count} mirrors for docker.io`
}
