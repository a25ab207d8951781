/** Reading a layer: that it is what its digest says, and how fast it comes. */
import { createHash } from 'node:crypto'
import type { Fault } from '../reasons.ts'
import type { Descriptor } from './manifest.ts'
import { request, type Session } from './session.ts'

/** What came of it, as far as it went. */
export interface Read {
  readonly fault?: Fault
  readonly bytes?: number
  /** Milliseconds from its head to its end. */
  readonly ms?: number
}

/** Bytes of a layer that are read: enough to measure, and to prove a small one. */
const LAYER_LIMIT = 8 * 1024 * 1024
/** Bytes a second below which a layer that does not end is no slow one: 50 MB would take half a day. */
const LEAST_SPEED = 1024

/** Reads the layer, a part of a large one. Time runs out on a slow mirror: what came until then is its speed. */
export async function getLayer(session: Session, layer: Descriptor): Promise<Read> {
  const hash = createHash('sha256')
  const wanted = Math.min(layer.size, LAYER_LIMIT)
  let bytes = 0
  const onChunk = (chunk: Buffer) => {
    bytes += chunk.length
    hash.update(chunk)
  }
  const headers = { range: `bytes=0-${Math.max(0, wanted - 1)}` }
  const outcome = await request(session, 'GET', `blobs/${layer.digest}`, {
    bodyLimit: wanted,
    onChunk,
    headers,
  })
  const { answeredAt = 0, endedAt = performance.now() } = outcome.trace
  const measured = { bytes, ms: endedAt - answeredAt }
  if ('fault' in outcome) {
    const late = outcome.fault.reason === 'no_answer' && bytes >= LEAST_SPEED * (measured.ms / 1000)
    return late ? measured : { fault: outcome.fault }
  }
  if (bytes < wanted) return { ...measured, fault: SHORT_LAYER }
  const whole = wanted === layer.size
  if (whole && `sha256:${hash.digest('hex')}` !== layer.digest) return { ...measured, fault: WRONG_LAYER }
  return measured
}

const SHORT_LAYER: Fault = { reason: 'wrong_digest', what: 'a layer ends before its manifest says' }
const WRONG_LAYER: Fault = { reason: 'wrong_digest', what: 'a layer is not what its digest says' }
