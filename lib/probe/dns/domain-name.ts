/** The names for which DNS is queried. Pure. */
import type { DnsSettings } from './resolv-conf.ts'

/** Whether DNS is queried for such a name at all (net/dnsclient.go isDomainName@go1.24); it may hold underscores. */
export function isDomainName(name: string): boolean {
  if (name === '.') return true
  const bare = name.replace(/\.$/, '')
  if (bare.length === 0 || bare.length > 253) return false
  const labels = bare.split('.')
  return labels.every(isLabel) && !labels.every(label => /^\d+$/.test(label))
}

function isLabel(label: string): boolean {
  return /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label)
}

/** The absolute names to query one after another (net/dnsclient_unix.go nameList@go1.24). */
export function listQueryNames(name: string, { ndots, search }: DnsSettings): readonly string[] {
  if (name.endsWith('.')) return [name].filter(isAllowed)
  const dots = name.split('.').length - 1
  const absolute = `${name}.`
  const searched = search.map(suffix => absolute + suffix)
  const all = dots >= ndots ? [absolute, ...searched] : [...searched, absolute]
  return all.filter(isAllowed)
}

/** RFC 7686 keeps .onion out of DNS. */
function isAllowed(name: string): boolean {
  return name.length <= 254 && !/\.onion\.$/i.test(name)
}
