/** Subject alternative names: crypto/x509/parser.go parseSANExtension@go1.24. Pure. */
import type { CertificateRules } from '../../targets/tls-client.ts'
import { context, readSequence } from './der.ts'
import { isAscii } from './distinguished-name.ts'
import { reverseLabels } from './domain.ts'
import { malformed } from './malformed.ts'

export type NameKind = 'email' | 'dns' | 'uri' | 'ip'

export interface AlternativeName {
  readonly kind: NameKind
  readonly value: Buffer
}

const KINDS: Readonly<Record<number, NameKind>> = {
  [context(1)]: 'email',
  [context(2)]: 'dns',
  [context(6)]: 'uri',
  [context(7)]: 'ip',
}

/** The kind of a GeneralName; undefined for those that Go ignores. */
export function nameKind(tag: number): NameKind | undefined {
  return KINDS[tag]
}

/** The names that Go knows, in their order. */
export function readAlternativeNames(
  extension: Buffer,
  { mappedAddresses }: Pick<CertificateRules, 'mappedAddresses'>,
): readonly AlternativeName[] {
  const part = 'a malformed subject alternative name'
  const elements = readSequence(extension, part)
  const names: AlternativeName[] = []
  while (elements.more()) {
    const { tag, content } = elements.any()
    const kind = nameKind(tag)
    if (kind === undefined) continue
    if (!isValid(kind, content)) throw malformed(part)
    if (kind === 'ip' && isMapped(content) && !mappedAddresses)
      throw malformed('an IPv4 address that is written as IPv6')
    names.push({ kind, value: content })
  }
  return names
}

function isValid(kind: NameKind, value: Buffer): boolean {
  if (kind === 'ip') return value.length === 4 || value.length === 16
  if (!isAscii(value)) return false
  return kind !== 'uri' || isUri(value.toString('latin1'))
}

function isMapped(address: Buffer): boolean {
  return address.length === 16 && address.toString('hex').startsWith(`${'0'.repeat(20)}ffff`)
}

/** What Go's url.Parse refuses in a certificate, roughly: control characters, bad escapes, a host that is no domain. */
function isUri(text: string): boolean {
  if (/[\x00-\x1f\x7f]|%(?![0-9a-f]{2})/i.test(text)) return false
  const host = uriHost(text)
  return host === '' || reverseLabels(host) !== undefined
}

/** The authority of a URI without its user, port included. */
export function uriHost(text: string): string {
  const [, authority = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text) ?? []
  return authority.slice(authority.lastIndexOf('@') + 1)
}
