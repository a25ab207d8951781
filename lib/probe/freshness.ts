/** Do mirrors agree on what a tag stands for? Pure. */
import type { Probe } from '../model/report.ts'
import type { Fault } from './reasons.ts'

/** A mirror whose digest is not the one to trust. */
export interface Dissent {
  /** Its place among the probes. */
  readonly index: number
  readonly digest: string
  /** What it should be; from the server where that could be asked, else what most say. */
  readonly expected: string
  readonly from: 'server' | 'majority' | 'nobody'
}

/** The mirrors of one registry that disagree with its server, or with most of them where the server told nothing. */
export function dissentersOf(probes: readonly Probe[]): readonly Dissent[] {
  const server = probes.find(({ role, digest }) => role === 'server' && digest !== undefined)?.digest
  const most = server ?? majority(probes)
  const from = server !== undefined ? 'server' : most !== undefined ? 'majority' : 'nobody'
  return probes.flatMap(({ role, digest }, index) =>
    role === 'mirror' && digest !== undefined && digest !== most && differ(probes)
      ? [{ index, digest, expected: most ?? '', from } as const]
      : [],
  )
}

function differ(probes: readonly Probe[]): boolean {
  return new Set(probes.flatMap(({ digest }) => digest ?? [])).size > 1
}

/** The digest of more than half of those who tell one. */
function majority(probes: readonly Probe[]): string | undefined {
  const digests = probes.flatMap(({ digest }) => digest ?? [])
  return digests.find(digest => digests.filter(other => other === digest).length * 2 > digests.length)
}

/** `known`: the server has that image too, under its digest; so it is an older one, or a newer. */
export function dissentFault({ digest, expected, from }: Dissent, known: boolean): Fault {
  const short = digest.slice(0, 'sha256:'.length + 12)
  if (from === 'nobody') {
    return {
      reason: 'divergent',
      what: `its tag stands for ${short}, elsewhere for others, and the server did not tell`,
    }
  }
  const there = `${expected.slice(0, 'sha256:'.length + 12)} ${from === 'server' ? 'at the server' : 'at most others'}`
  const reason = known ? 'stale' : 'divergent'
  return { reason, what: `its tag stands for ${short}, and for ${there}` }
}
