/** Compares the digests that the endpoints of a registry serve for one tag. Pure. */
import type { Probe } from '../model/report.ts'
import type { Fault } from './faults/fault.ts'

/** A mirror whose digest differs from the expected one. */
export interface TagDeviation {
  /** Index of its probe. */
  readonly index: number
  readonly digest: string
  /** From the server if it has one, or else from the majority; empty if there is neither. */
  readonly expected: string
  readonly source: 'server' | 'majority' | 'none'
}

/** The mirrors of one registry that differ from its server, or from the majority if the server has no digest. */
export function findDeviations(probes: readonly Probe[]): readonly TagDeviation[] {
  const digests = probes.flatMap(({ digest }) => digest ?? [])
  if (new Set(digests).size < 2) return []
  const server = probes.find(({ role, digest }) => role === 'server' && digest !== undefined)?.digest
  const expected = server ?? majorityOf(digests)
  const source = server !== undefined ? 'server' : expected !== undefined ? 'majority' : 'none'
  return probes.flatMap(({ role, digest }, index) =>
    role === 'mirror' && digest !== undefined && digest !== expected
      ? [{ index, digest, expected: expected ?? '', source } as const]
      : [],
  )
}

/** The digest of more than half of the endpoints that have one. */
function majorityOf(digests: readonly string[]): string | undefined {
  return digests.find(digest => digests.filter(other => other === digest).length * 2 > digests.length)
}

/** `known`: the server also has the mirror's image under its digest, so the tag is out of date. */
export function deviationFault({ digest, expected, source }: TagDeviation, known: boolean): Fault {
  const own = `its tag points to ${shorten(digest)}`
  if (source === 'none')
    return {
      reason: 'divergent',
      what: `${own}; the tags of other mirrors differ, and the tag of the server is unknown`,
    }
  const others = source === 'server' ? 'that of the server to' : 'those of most endpoints to'
  return { reason: known ? 'stale' : 'divergent', what: `${own}, but ${others} ${shorten(expected)}` }
}

function shorten(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12)
}
