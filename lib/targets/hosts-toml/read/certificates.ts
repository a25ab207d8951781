/** Certificate files beside hosts.toml, and those that it names. Pure. */
import path from 'node:path'
import type { HostDirectory } from './host-directory.ts'
import type { HostEntry } from './host-entry.ts'

/** As Docker has it: each `.crt` is a CA, each `.cert` a client certificate (loadCertFiles, hosts.go:613-660@v2.3.4). */
export function certificatesIn({ path: at, entries }: HostDirectory): Pick<HostEntry, 'ca' | 'client'> {
  const place = (name: string) => path.posix.join(at, name)
  const ca = entries.filter(name => name.endsWith('.crt')).map(place)
  const client = entries
    .filter(name => name.endsWith('.cert'))
    .map(name => {
      const key = name.replace(/\.cert$/, '.key')
      return { cert: place(name), ...(entries.includes(key) && { key: place(key) }) }
    })
  return { ...(ca.length > 0 && { ca }), client }
}

/** A file that hosts.toml names in its own directory and that does not exist, or the directory itself. */
export function missingCertificate(
  { path: at, entries }: HostDirectory,
  hosts: readonly HostEntry[],
): string | undefined {
  const pairs = hosts.flatMap(({ client }) => client.flatMap(({ cert, key }) => [cert, key ?? cert]))
  const isBeside = (file: string) => path.posix.dirname(file) === at
  return [...hosts.flatMap(({ ca = [] }) => ca), ...pairs].find(
    file => file === at || (isBeside(file) && !entries.includes(path.posix.basename(file))),
  )
}
