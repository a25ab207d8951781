/** A token bucket: so many events an hour, some of them in a burst. Pure. */

export interface TokenBucket {
  /** Whole tokens can be taken. */
  readonly tokens: number
  /** When that was counted, in milliseconds of the monotonic clock. */
  readonly at: number
}

export interface BucketLimits {
  readonly perHour: number
  readonly burst: number
}

const HOUR_MS = 3_600_000

export function fullBucket(now: number, { burst }: BucketLimits): TokenBucket {
  return { tokens: burst, at: now }
}

/** The bucket without so many tokens more, however many it has: what lacks is saved first. */
export function spendTokens(bucket: TokenBucket, count: number): TokenBucket {
  return { ...bucket, tokens: bucket.tokens - count }
}

/** The bucket without one token; or, where it is empty, when it will have one. */
export function takeToken(
  { tokens, at }: TokenBucket,
  now: number,
  { perHour, burst }: BucketLimits,
): { readonly bucket: TokenBucket } | { readonly emptyUntil: number } {
  const saved = Math.min(burst, tokens + (Math.max(0, now - at) * perHour) / HOUR_MS)
  if (saved >= 1) return { bucket: { tokens: saved - 1, at: now } }
  // One more millisecond: by then rounding must not leave a little less than a token.
  return { emptyUntil: Math.ceil(now + ((1 - saved) * HOUR_MS) / perHour) + 1 }
}
