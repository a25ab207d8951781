/** Mirrors whose further addresses containerd never tries, because dial_timeout ends before. */
import { isIP } from 'node:net'
import { milliseconds } from '../model/duration.ts'
import { baseUrl, type Mirror, type MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import { hostOf } from '../model/url-host.ts'
import type { ListNetwork, Network } from './list-network.ts'

/** Go gives each address of a family a share of the time, but at least two seconds (net/dial.go partialDeadline@go1.24). */
const LEAST_MS = 2000

/** Of the first target of a list that uses dial_timeout. */
export async function listAddressNotices(
  { health }: Pick<MirrorList, 'health'>,
  { pullers, networkOf }: ListNetwork,
  interrupted: AbortSignal,
): Promise<readonly Notice[]> {
  const puller = pullers.find(({ dialect }) => !dialect.ignoresDialTimeout)
  if (puller === undefined) return []
  const { name, registries } = puller
  return await addressNotices({ registries, health }, await networkOf(name), interrupted)
}

export async function addressNotices(
  { registries, health }: Pick<MirrorList, 'registries' | 'health'>,
  network: Network,
  interrupted: AbortSignal,
): Promise<readonly Notice[]> {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(health.timeoutMs)])
  const found = registries.flatMap(({ name, mirrors }) =>
    mirrors.map(async mirror => {
      const count = await countAddresses(mirror, network, signal)
      return count > 1 ? [addressNotice(name, mirror, count)] : []
    }),
  )
  return (await Promise.all(found)).flat()
}

/** Of the family that has more: Go tries both families at the same time. A name that does not resolve has none. */
export async function countAddresses(
  { base, dialTimeout }: Pick<Mirror, 'base' | 'dialTimeout'>,
  { lookUp, proxyFor, pullClient }: Network,
  signal: AbortSignal,
): Promise<number> {
  const url = new URL(base.origin)
  if (isIP(hostOf(url)) !== 0 || milliseconds(dialTimeout) >= 2 * LEAST_MS) return 0
  // A proxy connects to the mirror itself.
  if (proxyFor(url, pullClient.go) !== undefined) return 0
  try {
    const addresses = await (await lookUp(url.hostname, signal)).addresses
    const six = addresses.filter(({ family }) => family === 6).length
    return Math.max(six, addresses.length - six)
  } catch {
    return 0
  }
}

function addressNotice(registry: string, { base, dialTimeout, place }: Mirror, count: number): Notice {
  const message = `its name has ${count} addresses, and containerd gives each at least 2 s: with dial_timeout = "${dialTimeout}" it does not reach a second one; write dial_timeout = "4s"`
  return {
    code: 'several_addresses',
    message,
    registry,
    mirror: baseUrl(base),
    file: place.file,
    line: place.line,
  }
}
