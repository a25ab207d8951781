/** E-mail addresses in certificates: crypto/x509/verify.go parseRFC2821Mailbox@go1.24. Pure. */
import { reverseLabels } from './domain.ts'

export interface Mailbox {
  readonly local: string
  readonly domain: string
}

const QUOTED = /^"((?:[^"\\\n\r\0]|\\[^\n\r\0])*)"@(.*)$/s
const ATOMS = /^((?:\\?[a-z0-9!#$%&'*+\-/=?^_`{|}~.])+)@(.*)$/i

/** Undefined if it is none. */
export function parseMailbox(text: string): Mailbox | undefined {
  const quoted = QUOTED.exec(text)
  const [, written = '', domain = ''] = quoted ?? ATOMS.exec(text) ?? []
  const local = written.replace(/\\(.)/g, '$1')
  const isLocal = quoted !== null || /^[^.]+(\.[^.]+)*$/.test(local)
  return isLocal && reverseLabels(domain) !== undefined ? { local, domain } : undefined
}
