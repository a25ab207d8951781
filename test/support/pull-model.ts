/**
 * What containerd does with the endpoints of a registry, written down apart from lib: HEAD of the tag at each host with both
 * capabilities, then GET of the content at every host in turn (core/remotes/docker/resolver.go:245-268@v2.1.4,
 * fetcher.go:224,280,303@v2.1.4). A host that fails is followed by the next one; one that serves wrong content ends the pull.
 */
import type { Capability } from '../../lib/model/registry.ts'

export interface Host {
  readonly capabilities: readonly Capability[]
  /** Undefined: nobody knows. */
  readonly works: boolean | undefined
  /** Its content does not match its digest. */
  readonly isWrong?: boolean
}

export type Outcome = 'tag and digest' | 'digest only' | 'nothing' | 'depends'

export const SERVER: Host['capabilities'] = ['pull', 'resolve', 'push']

/** Which pulls work; `depends` where hosts that nobody knows decide about pulls by tag. */
export function outcomeOf(hosts: readonly Host[]): Outcome {
  const worlds = worldsOf(hosts)
  const byTag = worlds.filter(world => pulls(world, ['pull', 'resolve'])).length
  if (byTag === worlds.length) return 'tag and digest'
  if (byTag > 0) return 'depends'
  return worlds.every(world => pulls(world, ['pull'])) ? 'digest only' : 'nothing'
}

/** Whether a pull works that needs hosts with these capabilities at first. */
export function pulls(hosts: readonly Host[], needed: readonly Capability[]): boolean {
  const first = hosts.filter(({ capabilities }) => needed.every(one => capabilities.includes(one)))
  const responding = hosts.find(host => isWorking(host) || host.isWrong)
  return first.some(isWorking) && responding?.isWrong !== true
}

/** Every way in which the unknown hosts may turn out. */
export function worldsOf(hosts: readonly Host[]): readonly (readonly Host[])[] {
  const unknown = hosts.findIndex(({ works }) => works === undefined)
  if (unknown === -1) return [hosts]
  return [true, false].flatMap(works =>
    worldsOf(hosts.map((host, i) => (i === unknown ? { ...host, works } : host))),
  )
}

function isWorking({ works }: Host): boolean {
  return works === true
}
