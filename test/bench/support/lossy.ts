/**
 * A network in which packets are lost, in a network namespace of its own. An address is this machine's own while it is
 * well; then it is not, and what is sent there goes into a cable at whose other end nobody wants it: no answer, no
 * refusal, as from a machine that has lost its power. Needs root and Debian's iproute2.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import { launcher } from '../../e2e/support/runtimes.ts'

/** Of the networks that documents may speak of (RFC 5737). */
const ADDRESS = '192.0.2.10'

export interface LossyNetwork {
  readonly address: string
  /** From now on nothing comes back from the address. */
  lose(): void
  recover(): void
  /** Packets that were lost so far. */
  lost(): Promise<number>
}

/** Makes it in the network namespace of this process, which must be a new one. */
export function makeLossyNetwork(): LossyNetwork {
  ip('link set lo up')
  ip('link add near type veth peer name far')
  for (const end of ['near', 'far']) ip(`link set ${end} addrgenmode none up`)
  ip('address add 192.0.2.1/24 dev near')
  // Without this the question for its hardware address would stay unanswered, and that is told to who connects.
  ip(`neighbour add ${ADDRESS} lladdr 02:00:00:00:00:01 nud permanent dev near`)
  const recover = () => ip(`address add ${ADDRESS}/32 dev lo`)
  recover()
  return {
    address: ADDRESS,
    lose: () => ip(`address del ${ADDRESS}/32 dev lo`),
    recover,
    lost: async () => {
      const devices = await fs.readFile('/proc/self/net/dev', 'utf8')
      return Number(/^ *near:(?: +\d+){9} +(\d+)/m.exec(devices)?.[1])
    },
  }
}

function ip(command: string): void {
  execFileSync(launcher('iproute2-trixie', 'ip'), command.split(' '), {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
