/** When a certificate expires, in words. Pure. */
import { plural } from './plural.ts'

/** Enough time to renew it before pulls fail. */
const SOON_DAYS = 14

/** `days`: whole days that are left, negative once it has expired. Undefined while there is enough time. */
export function certificateExpiry(days: number): string | undefined {
  if (days > SOON_DAYS) return undefined
  const text = plural(Math.abs(days), 'day', 'days')
  return days < 0 ? `expired ${text} ago` : `expires in ${text}`
}

export function daysUntil(expiresAt: number, now: number): number {
  return Math.floor((expiresAt - now) / DAY_MS)
}

const DAY_MS = 86_400_000
