/** Reads a layer: checks its digest, and measures its speed. */
import { createHash } from 'node:crypto'
import type { Fault } from '../faults/fault.ts'
import type { Descriptor } from './manifest.ts'
import { requestContent, type Session } from './session.ts'

export interface LayerResult {
  readonly fault?: Fault
  readonly bytes?: number
  /** Milliseconds from the head of the response to its end. */
  readonly ms?: number
}

/** Bytes of a layer that are read: enough to measure, and the whole of a small one. */
const LAYER_LIMIT = 8 * 1024 * 1024
/** Bytes a second below which an incomplete layer is a failure, not a slow layer: 50 MB would take half a day. */
const MIN_SPEED = 1024

/** Reads the layer, or the start of a large one. If the time runs out, the bytes until then show the speed. */
export async function readLayer(session: Session, layer: Descriptor): Promise<LayerResult> {
  const hash = createHash('sha256')
  const length = Math.min(layer.size, LAYER_LIMIT)
  let bytes = 0
  const onChunk = (chunk: Buffer) => {
    bytes += chunk.length
    hash.update(chunk)
  }
  const outcome = await requestContent(session, {
    method: 'GET',
    kind: 'layer',
    reference: layer.digest,
    bodyLimit: length,
    onChunk,
    headers: { range: `bytes=0-${Math.max(0, length - 1)}` },
  })
  const { respondedAt = 0, endedAt = performance.now() } = outcome.trace
  const measured = { bytes, ms: endedAt - respondedAt }
  if ('fault' in outcome) {
    const slow = outcome.fault.reason === 'no_response' && bytes >= MIN_SPEED * (measured.ms / 1000)
    return slow ? measured : { fault: outcome.fault }
  }
  if (bytes < length) return { ...measured, fault: TOO_SHORT }
  const whole = length === layer.size
  if (whole && `sha256:${hash.digest('hex')}` !== layer.digest) return { ...measured, fault: WRONG_DIGEST }
  return measured
}

const TOO_SHORT: Fault = { reason: 'wrong_digest', what: 'a layer is shorter than the size in its manifest' }
const WRONG_DIGEST: Fault = { reason: 'wrong_digest', what: 'a layer does not match its digest' }
