/** Whether a certificate is for a host: crypto/x509/verify.go VerifyHostname@go1.24. Pure. */
import { BlockList, isIP } from 'node:net'
import type { CertificateRules } from '../../targets/tls-client.ts'
import type { AlternativeName } from './alternative-names.ts'

/** `host`: a name, or an address without brackets. */
export function isForHost(
  names: readonly AlternativeName[],
  host: string,
  rules: Pick<CertificateRules, 'bareWildcard'>,
): boolean {
  if (isIP(host) !== 0) return names.some(({ kind, value }) => kind === 'ip' && isAddress(value, host))
  const lower = host.toLowerCase()
  const dns = names.filter(({ kind }) => kind === 'dns').map(({ value }) => value.toString('latin1'))
  return dns.some(name => matchesName(name.toLowerCase(), lower, rules))
}

/** IPv4 written as IPv6 is equal to it. */
function isAddress(value: Buffer, host: string): boolean {
  const text = value.length === 4 ? value.join('.') : value.toString('hex').replace(/(....)(?=.)/g, '$1:')
  const list = new BlockList()
  list.addAddress(text, value.length === 4 ? 'ipv4' : 'ipv6')
  return list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6')
}

/** An exact name always matches; wildcards and a final dot count only in valid names. */
function matchesName(
  name: string,
  host: string,
  { bareWildcard }: Pick<CertificateRules, 'bareWildcard'>,
): boolean {
  const plain = host.replace(/\.$/, '')
  const isPattern = isValidName(name.replace(/^\*(?=\.|$)/, 'x')) && (name !== '*' || bareWildcard)
  if (!isPattern || !isValidName(plain)) return name !== '' && name !== '.' && name === host
  if (!name.startsWith('*')) return name === plain
  const [, ...rest] = plain.split('.')
  const [, ...labels] = name.split('.')
  return rest.join('.') === labels.join('.') && rest.length === labels.length
}

/** Underscores are common outside the public web. */
function isValidName(name: string): boolean {
  return name.split('.').every(label => /^[a-z0-9_][a-z0-9_-]*$/i.test(label))
}
