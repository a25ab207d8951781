/** Lookups in /etc/hosts, as Go reads it (net/hosts.go@go1.24). Pure. */
import { isIP } from 'node:net'

/** The addresses of a name in the order of the file, with their zone (`%eth0`). */
export function findInHosts(text: string, name: string): readonly string[] {
  const normalized = normalizeName(name)
  return text.split('\n').flatMap(line => {
    const [address = '', ...names] = line
      .replace(/#.*/, '')
      .split(/[ \t\r]+/)
      .filter(Boolean)
    return isIP(address) !== 0
      ? names.filter(one => normalizeName(one) === normalized).map(() => address)
      : []
  })
}

/** A final dot makes no difference after another dot; but `localhost.` is not `localhost`. */
function normalizeName(name: string): string {
  const lower = name.toLowerCase()
  return lower.includes('.') && !lower.endsWith('.') ? `${lower}.` : lower
}
