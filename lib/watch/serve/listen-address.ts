/** The address after `--listen`. Pure. */
import { Failure } from '../../model/errors.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** Without a host, only this machine can connect. */
export const LOOPBACK = '127.0.0.1'

/** Parses `HOST:PORT`, `[IPV6]:PORT`, `:PORT` or `PORT`; port 0 selects a free one. */
export function parseListenAddress(text: string): ListenAddress {
  const parts = /^(?:(?:\[([\da-f:.]+)\]|([a-z\d.-]*)):)?(\d{1,5})$/i.exec(text)
  const port = Number(parts?.[3])
  if (parts === null || port > 65535) throw invalidAddress(text)
  return { host: parts[1] ?? (parts[2] || LOOPBACK), port }
}

function invalidAddress(text: string): Failure {
  const hint = 'write [HOST:]PORT, such as 9464 (loopback), 127.0.0.1:9464 or [::1]:9464'
  return new Failure('usage', [{ message: `--listen ${text} is not an address`, hint }])
}
