/** Subject alternative names: crypto/x509/parser.go parseSANExtension@go1.24. Pure. */
import type { CertificateRules } from '../../targets/tls-client.ts'
import { context, readSequence } from './der.ts'
import { isAscii } from './distinguished-name.ts'
import { malformed } from './malformed.ts'
import { isUri } from './uri.ts'

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
