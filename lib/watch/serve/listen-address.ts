/** The address after `--listen`, and the event that reports it. Pure. */
import { Failure } from '../../model/errors.ts'
import type { Event } from '../events.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** Without a host, only this machine can connect. */
const LOOPBACK = '127.0.0.1'

/** Parses `HOST:PORT`, `[IPV6]:PORT`, `:PORT` or `PORT`; port 0 selects a free one. */
export function parseListenAddress(text: string): ListenAddress {
  const parts = /^(?:(?:\[([\da-f:.]+)\]|([a-z\d.-]*)):)?(\d{1,5})$/i.exec(text)
  const port = Number(parts?.[3])
  if (parts === null || port > 65535) throw invalidAddress(text)
  return { host: parts[1] ?? (parts[2] || LOOPBACK), port }
}

/** With the url to open; a warning where other machines can read the pages. */
export function listeningEvent({ host, port }: ListenAddress): Event {
  const isPublic = /^(::|(::ffff:)?0\.0\.0\.0)$/.test(host)
  const local = isPublic ? (host === '::' ? '::1' : LOOPBACK) : host
  const url = `http://${local.includes(':') ? `[${local}]` : local}:${port}/`
  const others = isPublic ? ', for every machine that can reach this one' : ''
  return {
    event: 'listening',
    level: isPublic ? 'warn' : 'info',
    text: `listening at ${url}${others}`,
    fields: { url, port },
  }
}

function invalidAddress(text: string): Failure {
  const hint = 'write [HOST:]PORT, as in 9464 for this machine alone, 127.0.0.1:9464 or [::1]:9464'
  return new Failure('usage', [{ message: `--listen ${text} is not an address`, hint }])
}
