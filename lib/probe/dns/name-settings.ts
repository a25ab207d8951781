/** How this node resolves names. The files are read as often as Go reads them, since the network may change. */
import { hostname } from 'node:os'
import { followLinks } from '../../system/links.ts'
import { readBounded, readLink } from '../../system/read-disk.ts'
import { isShortage } from '../../system/shortage.ts'
import type { OrderSettings } from './nsswitch.ts'
import { parseResolvConf } from './resolv-conf.ts'

export interface NameSettings extends OrderSettings {
  /** Text of /etc/hosts; empty if it cannot be read. */
  readonly hosts: string
}

/** Rejects with the system's error if no file can be opened at all. */
export type ReadNameSettings = () => Promise<NameSettings>

/** net/dnsclient_unix.go tryUpdate, net/hosts.go cacheMaxAge, net/nss.go@go1.24. */
const MAX_AGE_MS = 5000
const SIZE_LIMIT = 16 * 1024 * 1024

export function openNameSettings(env: OrderSettings['env']): ReadNameSettings {
  let latest: Promise<NameSettings> | undefined
  let readAt = 0
  return () => {
    if (latest !== undefined && performance.now() - readAt < MAX_AGE_MS) return latest
    readAt = performance.now()
    const reading = readNameSettings(env)
    latest = reading
    reading.catch(() => {
      if (latest === reading) latest = undefined
    })
    return reading
  }
}

async function readNameSettings(env: OrderSettings['env']): Promise<NameSettings> {
  const [nsswitch, resolvConf, hosts, mdnsAllow] = await Promise.all(
    ['nsswitch.conf', 'resolv.conf', 'hosts', 'mdns.allow'].map(name => readText(`/etc/${name}`)),
  )
  const hostName = hostname()
  return {
    nsswitch,
    // Without a readable file the default servers are queried.
    dns: parseResolvConf(resolvConf ?? undefined, hostName),
    hosts: hosts ?? '',
    mdnsAllow: mdnsAllow !== undefined,
    hostName,
    env,
  }
}

/** Undefined: there is no such file; null: it cannot be read. */
async function readText(file: string): Promise<string | undefined | null> {
  try {
    const bytes = await readBounded(await followLinks('/', file, readLink), file, SIZE_LIMIT)
    return bytes?.toString('latin1')
  } catch (error) {
    if (isShortage(error)) throw error
    return null
  }
}
