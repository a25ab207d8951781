/** How this node resolves names, read again as often as Go does: a watcher outlives a change of network. */
import { hostname } from 'node:os'
import { readBounded, readLink } from '../../system/disk.ts'
import { followLinks } from '../../system/links.ts'
import { isShortage } from '../../system/shortage.ts'
import type { NameSystem } from './nsswitch.ts'
import { parseResolvConf } from './resolv-conf.ts'

/** The files as they were read, and what they mean. */
export interface ReadNameSystem extends NameSystem {
  /** Text of /etc/hosts, empty where it cannot be read. */
  readonly hosts: string
}

/** net/dnsclient_unix.go tryUpdate, net/hosts.go cacheMaxAge, net/nss.go@go1.24. */
const MAX_AGE_MS = 5000
const SIZE_LIMIT = 16 * 1024 * 1024

/** Gives the present one. Rejects with the system's error where no file can be opened at all. */
export function openNameSystem(env: NameSystem['env']): () => Promise<ReadNameSystem> {
  let read: Promise<ReadNameSystem> | undefined
  let readAt = 0
  return () => {
    if (read !== undefined && performance.now() - readAt < MAX_AGE_MS) return read
    readAt = performance.now()
    const reading = readNameSystem(env)
    read = reading
    reading.catch(() => {
      if (read === reading) read = undefined
    })
    return reading
  }
}

async function readNameSystem(env: NameSystem['env']): Promise<ReadNameSystem> {
  const [nsswitch, resolvConf, hosts, mdnsAllow] = await Promise.all(
    ['nsswitch.conf', 'resolv.conf', 'hosts', 'mdns.allow'].map(name => textOf(`/etc/${name}`)),
  )
  const hostName = hostname()
  return {
    nsswitch,
    // Without a readable file the usual servers are queried.
    dns: parseResolvConf(resolvConf ?? undefined, hostName),
    hosts: hosts ?? '',
    mdnsAllow: mdnsAllow !== undefined,
    hostName,
    env,
  }
}

/** Undefined: there is no such file; null: it cannot be read. */
async function textOf(file: string): Promise<string | undefined | null> {
  try {
    const bytes = await readBounded(await followLinks('/', file, readLink), file, SIZE_LIMIT)
    return bytes?.toString('latin1')
  } catch (error) {
    if (isShortage(error)) throw error
    return null
  }
}
