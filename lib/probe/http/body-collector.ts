/** Keeps the start of a body, or passes it on. */
import type { BodySink } from './decode-body.ts'

export interface BodyOptions {
  /** Bytes of the body of a successful response that are read before the connection is closed; 64 KiB by default. */
  readonly bodyLimit?: number | undefined
  /** Receives the body of a successful response in chunks; then none of it is kept. */
  readonly onChunk?: ((chunk: Buffer) => void) | undefined
}

export interface BodyCollector extends BodySink {
  body(): Buffer
}

const BODY_LIMIT = 64 * 1024

/** Copies the chunks: each chunk keeps everything alive that arrived together with it. */
export function collectBody({ bodyLimit = BODY_LIMIT, onChunk }: BodyOptions): BodyCollector {
  let kept = Buffer.alloc(0)
  let size = 0
  const keep = (chunk: Buffer) => {
    // Doubles the buffer, so that it is seldom copied.
    const needed = Math.min(bodyLimit, size + chunk.length)
    if (needed > kept.length) kept = Buffer.concat([kept], Math.min(bodyLimit, Math.max(1024, 2 * needed)))
    chunk.copy(kept, size)
  }
  const use = onChunk ?? keep
  return {
    add: chunk => {
      if (size > bodyLimit) return false
      use(chunk)
      size += chunk.length
      return size <= bodyLimit
    },
    relief: () => undefined,
    end: async () => size <= bodyLimit,
    body: () => kept.subarray(0, onChunk === undefined ? Math.min(size, bodyLimit) : 0),
  }
}
