/** What a probe and a pull sent to the servers of a behaviour, in a form in which they can be compared. Pure. */
import type { Requested } from '../../support/behaviours/behaviour.ts'

/** By name of the server, oldest first. */
export type Sent = Readonly<Record<string, readonly Requested[]>>

/** Headers of the connection, which no server decides by. */
const IGNORED: readonly string[] = ['connection', 'host']

/** A pull sends no ping. */
const COMPARED = /\/(manifests|blobs)\/|token/

/** Each request once, server by server; blobs are sorted, since a pull fetches them at the same time. */
export function describeSent(sent: Sent): readonly string[] {
  return Object.entries(sent).flatMap(([host, requests]) => {
    const lines = requests.filter(({ url }) => COMPARED.test(url)).map(describeRequest)
    const isBlob = (line: string) => line.includes('/blobs/')
    const [blobs, others] = [lines.filter(isBlob), lines.filter(line => !isBlob(line))]
    return [...new Set(others), ...[...new Set(blobs)].sort()].map(line => `${host}: ${line}`)
  })
}

function describeRequest({ method, url, headers }: Requested): string {
  const shown = Object.entries(headers)
    .filter(([name]) => !IGNORED.includes(name))
    .map(([name, value]) => `${name}: ${comparable(name, String(value))}`)
  return [`${method} ${url}`, ...shown.sort()].join(' | ')
}

/** A probe adds its own name, builds of Debian have their own numbers, and some token services count. */
function comparable(name: string, value: string): string {
  if (name === 'authorization') return value.replace(/\d+$/, 'N')
  return name === 'user-agent'
    ? value.replace(/^(containerd\/\d+\.\d+\.\d+)\S*( regmirror\/\S+)?$/, '$1')
    : value
}
