/** Hosts that Docker does not verify (registry/config.go:168-292@v28.5.2). Pure. */
import { stringsIn } from '../../formats/table-values.ts'
import { isLoopback } from '../../model/registry.ts'
import { INSECURE } from './daemon-json.ts'
import type { DockerSnapshot } from './snapshot.ts'

/** In daemon.json, and as flags of the daemon that reads it. */
export function insecureEntries({
  json,
  daemons,
}: Pick<DockerSnapshot, 'json' | 'daemons'>): readonly string[] {
  const flags = daemons.readers[0]?.flags.registries ?? []
  const given = flags.filter(({ flag }) => flag === '--insecure-registry').map(({ value }) => value)
  return [...stringsIn(json?.value[INSECURE]), ...given]
}

/** `host` as in a URL, with its port. A name is not resolved here: its address may be in a network of the entries. */
export function isInsecure(host: string, entries: readonly string[]): boolean {
  if (isLoopback(host)) return true
  const address = addressOf(host.replace(/:\d+$/, ''))
  return entries.some(entry => {
    const text = entry.replace(/^https?:\/\//i, '').toLowerCase()
    const [, network = '', bits] = /^([\d.]+)\/(\d+)$/.exec(text) ?? []
    const start = addressOf(network)
    if (bits === undefined || start === undefined || address === undefined) return text === host
    const size = 2 ** (32 - Number(bits))
    return Math.floor(start / size) === Math.floor(address / size)
  })
}

/** As a number; undefined for a name. */
function addressOf(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  return parts?.reduce((sum, part) => sum * 256 + part, 0)
}
