/** So many in an hour, and some of them at once. Pure. */

export interface RateLimit {
  /** What may still be spent; whole ones count. */
  readonly left: number
  /** Milliseconds of the monotonic clock. */
  readonly at: number
}

const HOUR_MS = 3_600_000

export interface Limit {
  readonly anHour: number
  readonly atOnce: number
}

export function fullRateLimit(now: number, { atOnce }: Limit): RateLimit {
  return { left: atOnce, at: now }
}

/** Spends one; or says when there will be one. */
export function spend(
  { left, at }: RateLimit,
  now: number,
  { anHour, atOnce }: Limit,
): { readonly allowance: RateLimit } | { readonly heldUntil: number } {
  const saved = Math.min(atOnce, left + (Math.max(0, now - at) * anHour) / HOUR_MS)
  if (saved >= 1) return { allowance: { left: saved - 1, at: now } }
  // A moment later than it may seem: fractions must not add up to just less than one.
  return { heldUntil: Math.ceil(now + ((1 - saved) * HOUR_MS) / anHour) + 1 }
}
