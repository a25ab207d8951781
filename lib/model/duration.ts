/** Durations of one number and one unit, in the notation of Go. Pure. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds of `^\d+(\.\d+)?(ms|s|m|h)$`. */
export function milliseconds(duration: string): number {
  const [, number = '', unit = ''] = /^([\d.]+)(ms|s|m|h)$/.exec(duration) ?? []
  return Number(number) * (UNITS[unit] ?? Number.NaN)
}
