/** Whether the network of this node may be the cause of an outage. Pure. */
import type { ProbeReason } from '../model/probe-reason.ts'

/** Without a response. After a 401, for example, the network is not the cause. */
const NO_RESPONSE: readonly (ProbeReason | undefined)[] = [
  'dns',
  'refused',
  'reset',
  'connect_timeout',
  'no_response',
]

/** `reasons`: of every endpoint that this node has probed, of all registries: one that responds shows that the network works. */
export function mayBeNetwork(reasons: readonly (ProbeReason | undefined)[]): boolean {
  return reasons.every(reason => NO_RESPONSE.includes(reason))
}
