/** What Go's own parsers accept, where containerd hands them a value of config.toml. Pure. */
import { latin1, parseGoUrl } from '../../../model/go-url.ts'

const PART = /(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/.source
const DURATION = new RegExp(`^[-+]?(0|(${PART})+)$`)

/** time.ParseDuration (src/time/format.go@go1.23): what does not fit into 64 bits of nanoseconds is refused. */
export function isGoDuration(value: unknown): boolean {
  return typeof value === 'string' && DURATION.test(value) && nanoseconds(value) < 2 ** 63
}

/** Seconds; undefined for no duration. */
export function secondsOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !isGoDuration(value)) return undefined
  const seconds = nanoseconds(value) / 1e9
  return value.startsWith('-') ? -seconds : seconds
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 },
}

function nanoseconds(text: string): number {
  const parts = [...text.matchAll(new RegExp(PART, 'g'))]
  return parts.reduce((sum, [, number, , unit = '']) => sum + Number(number) * (UNITS[unit] ?? 0), 0)
}

/** As net/url.Parse, which containerd calls on the address of a registry. */
export function isGoUrl(text: unknown): boolean {
  return typeof text === 'string' && parseGoUrl(latin1(text)) !== undefined
}
