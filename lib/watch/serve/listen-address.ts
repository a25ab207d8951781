/** Where to listen, as it is written after `--listen`, and as it is told. Pure. */
import { Failure } from '../../model/errors.ts'
import type { Event } from '../events.ts'

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

/** The address that it came to, as one opens it; who else may is worth a warning. */
export function servingEvent({ host, port }: Listening): Event {
  const everywhere = /^(::|(::ffff:)?0\.0\.0\.0)$/.test(host)
  const here = everywhere ? (host === '::' ? '::1' : LOOPBACK) : host
  const url = `http://${here.includes(':') ? `[${here}]` : here}:${port}/`
  const others = everywhere ? ', and to whoever else can reach this machine' : ''
  return {
    event: 'serving',
    level: everywhere ? 'warn' : 'info',
    text: `serving the status at ${url}${others}`,
    fields: { url, port },
  }
}

function refused(text: string): Failure {
  const hint = 'write [HOST:]PORT, as in 9464 for this machine alone, 127.0.0.1:9464 or [::1]:9464'
  return new Failure('usage', [{ message: `--listen ${text} is not an address`, hint }])
}
