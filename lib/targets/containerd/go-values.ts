/** What Go's own parsers accept, where containerd hands them a value of config.toml. Pure. */

const PART = /(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/.source
const DURATION = new RegExp(`^[-+]?(0|(${PART})+)$`)

/** time.ParseDuration (src/time/format.go@go1.23): what does not fit into 64 bits of nanoseconds is refused. */
export function isGoDuration(value: unknown): boolean {
  return typeof value === 'string' && DURATION.test(value) && nanoseconds(value) < 2 ** 63
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 },
}

function nanoseconds(text: string): number {
  const parts = [...text.matchAll(new RegExp(PART, 'g'))]
  return parts.reduce((sum, [, number, , unit = '']) => sum + Number(number) * (UNITS[unit] ?? 0), 0)
}

/** net/url.Parse, as far as a registry's address goes (src/net/url/url.go@go1.23). */
export function isGoUrl(text: unknown): boolean {
  if (typeof text !== 'string' || /[\0-\x1f\x7f]/.test(text)) return false
  const [, scheme, rest = text] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? []
  if (!rest.startsWith('/')) {
    if (scheme !== undefined) return true
    // Before a slash, a colon would end a scheme.
    if (/^[^/?#]*:/.test(rest)) return false
  }
  const [, authority = '', path = rest] = /^\/\/([^/?#]*)(.*)$/s.exec(rest) ?? []
  return isGoHost(authority) && hasGoEscapes(path.replace(/\?[^#]*/, ''))
}

function isGoHost(authority: string): boolean {
  const at = authority.lastIndexOf('@')
  const [user, host] = [authority.slice(0, Math.max(at, 0)), authority.slice(at + 1)]
  if (!/^[\w\-.:~!$&'()*+,;=%@]*$/.test(user) || !hasGoEscapes(user)) return false
  if (host.startsWith('[')) return /^\[[^\]]*\](:\d*)?$/.test(host) && !/%(?!25)/.test(host)
  return /^[^\s^`{|}\\%/[\]]*$/.test(host) && /^([^:]*|.*:\d*)$/.test(host)
}

function hasGoEscapes(path: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(path)
}
