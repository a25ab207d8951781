/** Name constraints: crypto/x509/parser.go parseNameConstraintsExtension, verify.go isValid@go1.24. Pure. */
import { isIP } from 'node:net'
import type { CertificateRules } from '../../targets/tls-client.ts'
import { type AlternativeName, type NameKind, nameKind } from './alternative-names.ts'
import { constructed, readElements, TAG } from './der.ts'
import { isAscii } from './distinguished-name.ts'
import { isBelow, reverseLabels } from './domain.ts'
import { parseMailbox } from './mailbox.ts'
import { malformed } from './malformed.ts'
import { uriHost } from './uri.ts'

export interface NameConstraints {
  readonly permitted: readonly AlternativeName[]
  readonly excluded: readonly AlternativeName[]
  /** Whether one is of a kind that Go does not know. */
  readonly unhandled: boolean
}

const PART = 'malformed name constraints'

export function readNameConstraints(extension: Buffer): NameConstraints {
  const outer = readElements(extension, PART)
  const elements = readElements(outer.next(TAG.sequence).content, PART)
  const permitted = readSubtrees(elements.optional(constructed(0))?.content)
  const excluded = readSubtrees(elements.optional(constructed(1))?.content)
  const none = permitted.count + excluded.count === 0
  if (none || elements.more() || outer.more()) throw malformed(PART)
  return {
    permitted: permitted.names,
    excluded: excluded.names,
    unhandled: [permitted, excluded].some(({ names, count }) => names.length < count),
  }
}

function readSubtrees(content: Buffer | undefined) {
  const names: AlternativeName[] = []
  const elements = readElements(content ?? Buffer.alloc(0), PART)
  let count = 0
  for (; elements.more(); count++) {
    const { tag, content: value } = readElements(elements.next(TAG.sequence).content, PART).any()
    const kind = nameKind(tag)
    if (kind === undefined) continue
    if (!isConstraint(kind, value)) throw malformed(PART)
    names.push({ kind, value })
  }
  return { names, count }
}

function isConstraint(kind: NameKind, value: Buffer): boolean {
  if (kind === 'ip') return isNetwork(value)
  const domain = value.toString('latin1')
  // An address is one mailbox.
  if (kind === 'email' && domain.includes('@')) return isAscii(value) && parseMailbox(domain) !== undefined
  if (kind === 'uri' && isIP(domain) !== 0) return false
  return isAscii(value) && reverseLabels(domain.replace(/^\./, '')) !== undefined
}

/** An address and a mask of ones before zeros. */
function isNetwork(value: Buffer): boolean {
  if (value.length !== 8 && value.length !== 32) return false
  const mask = [...value.subarray(value.length / 2)].map(byte => byte.toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(mask)
}

/** Whether a name may be in a certificate below a CA with these constraints. */
export function isPermitted(
  name: AlternativeName,
  { permitted, excluded }: NameConstraints,
  { excludesWildcards }: Pick<CertificateRules, 'excludesWildcards'>,
): boolean {
  const matches = ({ value }: AlternativeName) => matchesConstraint(name, value)
  const own = (names: readonly AlternativeName[]) => names.filter(({ kind }) => kind === name.kind)
  const allowed = own(permitted)
  if (!isComparable(name)) return false
  // A name that cannot be compared is refused.
  if (own(excluded).some(constraint => matches(constraint) !== false)) return false
  if (excludesWildcards && own(excluded).some(({ value }) => covers(name, value))) return false
  return allowed.length === 0 || allowed.some(constraint => matches(constraint) === true)
}

/** Whether a wildcard covers a name: only their first labels differ. */
function covers({ kind, value }: AlternativeName, excluded: Buffer): boolean {
  const [[first, ...rest], [, ...labels]] = [labelsOf(value), labelsOf(excluded)]
  return kind === 'dns' && first === '*' && rest.join('.') === labels.join('.')
}

function labelsOf(name: Buffer): readonly string[] {
  return name.toString('latin1').toLowerCase().split('.')
}

/** Undefined if they cannot be compared. */
function matchesConstraint({ kind, value }: AlternativeName, constraint: Buffer): boolean | undefined {
  const [text, limit] = [value.toString('latin1'), constraint.toString('latin1')]
  switch (kind) {
    case 'ip':
      return isInNetwork(value, constraint)
    case 'dns':
      return isBelow(text, limit)
    case 'uri':
      return matchesHost(uriHost(text), limit)
    case 'email':
      return matchesMailbox(text, limit)
  }
}

/** Beside constraints of any kind, a name must be a valid one. */
function isComparable({ kind, value }: AlternativeName): boolean {
  const text = value.toString('latin1')
  if (kind === 'dns') return reverseLabels(text) !== undefined
  return kind !== 'email' || parseMailbox(text) !== undefined
}

/** Only the domain is compared without regard to case. */
function matchesMailbox(text: string, limit: string): boolean | undefined {
  const [mailbox, exact] = [parseMailbox(text), parseMailbox(limit)]
  if (mailbox === undefined || exact === undefined) return isBelow(mailbox?.domain ?? '', limit)
  return mailbox.local === exact.local && mailbox.domain.toLowerCase() === exact.domain.toLowerCase()
}

/** A URI without a host name, or with an address, cannot be compared. */
function matchesHost(host: string, limit: string): boolean | undefined {
  return host === '' || host.startsWith('[') || isIP(host) !== 0 ? undefined : isBelow(host, limit)
}

function isInNetwork(address: Buffer, network: Buffer): boolean {
  const [base, mask] = [network.subarray(0, network.length / 2), network.subarray(network.length / 2)]
  const isEqual = (byte: number, i: number) => ((byte ^ (base[i] ?? 0)) & (mask[i] ?? 0)) === 0
  return address.length === base.length && address.every(isEqual)
}
