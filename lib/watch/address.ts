/** Where to listen, as it is written after `--listen`. Pure. */
import { Failure } from '../errors.ts'

export interface Listening {
  readonly host: string
  readonly port: number
}

/** Without a host nobody but this machine is meant. */
const LOOPBACK = '127.0.0.1'

/** Reads `HOST:PORT`, `[IPV6]:PORT`, `:PORT` or `PORT`; port 0 takes a free one. */
export function parseListening(text: string): Listening {
  const parts = /^(?:(?:\[([\da-f:.]+)\]|([a-z\d.-]*)):)?(\d{1,5})$/i.exec(text)
  const port = Number(parts?.[3])
  if (parts === null || port > 65535) throw refused(text)
  return { host: parts[1] ?? (parts[2] || LOOPBACK), port }
}

function refused(text: string): Failure {
  const hint = 'write HOST:PORT, as in 127.0.0.1:9464 or [::1]:9464'
  return new Failure('usage', [{ message: `--listen ${text} is not an address`, hint }])
}
