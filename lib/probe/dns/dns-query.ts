/** Queries to the DNS servers of this node. c-ares uses no thread for a query, and can cancel it immediately. */
import dns, { type LookupAddress } from 'node:dns'
import { codedError } from '../../system/coded-error.ts'
import { onAbort } from '../../system/on-abort.ts'
import { isNegativeResponse, lookupError } from './lookup-error.ts'
import { type DnsSettings, listServers } from './resolv-conf.ts'

export type Family = 4 | 6

/**
 * The addresses of an absolute name, in the order of the response. Servers are queried one after another, each of them
 * `attempts` times; a response that the name does not exist ends the search (net/dnsclient_unix.go tryOneName@go1.24).
 * Rejects with `ENOTFOUND`, `ENODATA`, lookupError() or the reason of `signal`.
 */
export async function queryServers(
  name: string,
  family: Family,
  settings: DnsSettings,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  let last: unknown
  // Go counts its queries instead; the first server does not affect the result.
  const start = Math.floor(Math.random() * settings.servers.length)
  for (const server of listServers(settings, start)) {
    try {
      const found = await queryServer({ server, name, family, timeoutMs: settings.timeoutMs }, signal)
      return found.map(address => ({ address, family }))
    } catch (error) {
      signal.throwIfAborted()
      const { code = '' } = error as NodeJS.ErrnoException
      if (isNegativeResponse(code)) throw error
      last = lookupError(server, code)
    }
  }
  throw last
}

interface Query {
  readonly server: string
  readonly name: string
  readonly family: Family
  readonly timeoutMs: number
}

function queryServer(
  { server, name, family, timeoutMs }: Query,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // c-ares checks its clock so rarely that its timeout takes up to twice as long: the timer below is the real limit.
  const resolver = new dns.Resolver({ timeout: 2 * timeoutMs, tries: 1 })
  resolver.setServers([server.includes(':') ? `[${server}]` : server])
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
  const stop = (reason: unknown) => {
    reject(reason)
    resolver.cancel()
  }
  const timer = setTimeout(() => stop(codedError('ETIMEOUT')), timeoutMs)
  const release = onAbort(signal, () => stop(signal.reason))
  const done = (error: Error | null, found: readonly string[]) => (error ? reject(error) : resolve(found))
  if (family === 4) resolver.resolve4(name, done)
  else resolver.resolve6(name, done)
  return promise.finally(() => {
    clearTimeout(timer)
    release()
  })
}
