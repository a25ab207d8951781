/** Why Go refuses the certificates of a server. Pure. */
import type { X509Certificate } from 'node:crypto'
import type { Unreadable } from './certificate.ts'

export type Rule =
  | 'malformed'
  | 'expired'
  | 'not_yet_valid'
  | 'unhandled_extension'
  | 'no_names'
  | 'wrong_name'
  | 'unknown_authority'
  | 'not_a_ca'
  | 'no_cert_sign'
  | 'weak_signature'
  | 'wrong_signature'
  | 'path_length'
  | 'name_constraints'
  | 'policies'
  | 'no_server_usage'
  | 'key_type'
  | 'key_size'
  | 'chain_size'

/** `leaf` is the server's own; `root` is one of `ca` or of the system; `client` is that of the list. */
export type Role = 'leaf' | 'intermediate' | 'root' | 'client'

export interface CertificateProblem {
  readonly rule: Rule
  readonly role: Role
  /** What breaks the rule, in words of our own. */
  readonly detail?: string
  /** The certificate that breaks it. */
  readonly parsed?: X509Certificate
  /** Certificates that the server sent. */
  readonly sent?: number
}

export function unreadable({ has, parsed }: Unreadable, role: Role): CertificateProblem {
  return { rule: 'malformed', role, detail: has, ...(parsed && { parsed }) }
}
