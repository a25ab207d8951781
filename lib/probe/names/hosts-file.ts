/** What /etc/hosts says about a name, as Go reads it (net/hosts.go@go1.24). Pure. */
import { isIP } from 'node:net'

/** The addresses of a name in the order of the file, a zone (`%eth0`) included. */
export function addressesInHosts(text: string, name: string): readonly string[] {
  const wanted = keyOf(name)
  return text.split('\n').flatMap(line => {
    const [address = '', ...names] = line
      .replace(/#.*/, '')
      .split(/[ \t\r]+/)
      .filter(Boolean)
    return isIP(address) !== 0 ? names.filter(one => keyOf(one) === wanted).map(() => address) : []
  })
}

/** A final dot makes no difference where there are others before it: `localhost.` is not `localhost`. */
function keyOf(name: string): string {
  const lower = name.toLowerCase()
  return lower.includes('.') && !lower.endsWith('.') ? `${lower}.` : lower
}
