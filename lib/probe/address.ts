/** Which addresses may be connected to. */
import dns from 'node:dns'
import net from 'node:net'
import { coded } from './coded.ts'
import { type Space, spaceOf } from './space.ts'

/** Code of the error about an address that lies elsewhere. */
export const SPACE_REFUSED = 'SPACE_REFUSED'

/** A name is judged by what it resolves to: names are cheap, and may mean another address a second later. */
export function lookupWithin(spaces: readonly Space[] | undefined): net.LookupFunction {
  if (spaces === undefined) return dns.lookup as net.LookupFunction
  return (name, options, callback) => {
    dns.lookup(name, { ...options, all: true }, (error, found) => {
      const refused =
        error ?? (found.every(({ address }) => allowed(address, spaces)) ? null : coded(SPACE_REFUSED))
      if (options.all || refused !== null) callback(refused, found)
      else callback(null, found[0]?.address ?? '', found[0]?.family)
    })
  }
}

/** Literal addresses are connected to without a lookup. */
export function refuseLiteral(url: URL, spaces: readonly Space[] | undefined): void {
  const host = hostOf(url)
  if (spaces !== undefined && net.isIP(host) !== 0 && !allowed(host, spaces)) throw coded(SPACE_REFUSED)
}

function allowed(address: string, spaces: readonly Space[]): boolean {
  return spaces.includes(spaceOf(address))
}

/** The name or address in a url, an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}
