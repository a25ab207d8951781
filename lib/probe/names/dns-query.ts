/** One question to the DNS servers of this node, by c-ares: that takes no thread, and is over at once when told so. */
import dns, { type LookupAddress } from 'node:dns'
import { onEnd } from '../http/connect.ts'
import { isAnswer, lookupFailed } from './lookup-fault.ts'
import { type DnsSettings, serversInTurn } from './resolv-conf.ts'

export type Family = 4 | 6

/**
 * The addresses of an absolute name, in the order of the answer. Servers are queried one after another, all of them
 * `attempts` times; that a name does not exist ends it (net/dnsclient_unix.go tryOneName@go1.24). Rejects with
 * `ENOTFOUND`, `ENODATA`, lookupFailed() or the reason of `end`.
 */
export async function queryServers(
  name: string,
  family: Family,
  settings: DnsSettings,
  end: AbortSignal,
): Promise<readonly LookupAddress[]> {
  let last: unknown
  // Go counts its queries; which server comes first says nothing about a name.
  const start = Math.floor(Math.random() * settings.servers.length)
  for (const server of serversInTurn(settings, start)) {
    try {
      const found = await queryServer(server, name, family, settings.timeoutMs, end)
      return found.map(address => ({ address, family }))
    } catch (error) {
      end.throwIfAborted()
      const { code = '' } = error as NodeJS.ErrnoException
      if (isAnswer(code)) throw error
      last = lookupFailed(server, code)
    }
  }
  throw last
}

function queryServer(
  server: string,
  name: string,
  family: Family,
  timeoutMs: number,
  end: AbortSignal,
): Promise<readonly string[]> {
  // c-ares looks at its clock so seldom that a limit takes up to twice its time: the real one is the timer.
  const resolver = new dns.Resolver({ timeout: 2 * timeoutMs, tries: 1 })
  resolver.setServers([server.includes(':') ? `[${server}]` : server])
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
  const stop = (reason: unknown) => {
    reject(reason)
    resolver.cancel()
  }
  const late = () => stop(Object.assign(new Error('ETIMEOUT'), { code: 'ETIMEOUT' }))
  const timer = setTimeout(late, timeoutMs)
  const release = onEnd(end, () => stop(end.reason))
  const done = (error: Error | null, found: readonly string[]) => (error ? reject(error) : resolve(found))
  if (family === 4) resolver.resolve4(name, done)
  else resolver.resolve6(name, done)
  return promise.finally(() => {
    clearTimeout(timer)
    release()
  })
}
