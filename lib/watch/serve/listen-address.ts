/** The address after `--listen`. Pure. */
import { Failure } from '../../model/errors.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** Without a colon, only this machine can connect. */
export const LOOPBACK = '127.0.0.1'

/** Without a host: every address of this machine, of IPv6 and IPv4. */
export interface RequestedAddress {
  readonly host?: string
  readonly port: number
}

/**
 * Parses `HOST:PORT`, `[IPV6]:PORT`, `:PORT` (every address, as exporters of Prometheus have it) or `PORT` (loopback);
 * port 0 selects a free one.
 */
export function parseListenAddress(text: string): RequestedAddress {
  const parts = /^(?:(?:\[([\da-f:.]+)\]|([a-z\d.-]*)):)?(\d{1,5})$/i.exec(text)
  const port = Number(parts?.[3])
  if (parts === null || port > 65535) throw invalidAddress(text)
  const host = parts[1] ?? parts[2] ?? LOOPBACK
  return host === '' ? { port } : { host, port }
}

function invalidAddress(text: string): Failure {
  const hint =
    'write [HOST:]PORT, such as 9464 (loopback), 10.0.0.7:9464, [::1]:9464 or :9464 (every address)'
  return new Failure('usage', [{ message: `--listen ${text} is not an address`, hint }])
}
