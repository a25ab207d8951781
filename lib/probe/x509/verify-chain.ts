/** Whether Go accepts the certificates of a server: crypto/x509/verify.go Verify, buildChains@go1.24. Pure. */
import type { CertificateRules } from '../../targets/tls-client.ts'
import type { Certificate } from './certificate.ts'
import { checkCertificate, checkIssuer } from './check-issuer.ts'
import { isForHost } from './host-name.ts'
import type { Pool } from './pool.ts'
import type { CertificateProblem } from './problem.ts'

export interface Verification {
  readonly roots: Pool
  /** A name, or an address without brackets. */
  readonly host: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly rules: CertificateRules
}

/** Signatures that Go checks before it gives up. */
const MAX_SIGNATURES = 100

/** `sent`: the certificates of the server, its own first. Undefined: they are accepted. */
export function verifyChain(
  sent: readonly [Certificate, ...Certificate[]],
  verification: Verification,
): CertificateProblem | undefined {
  const [leaf] = sent
  const { host, now, rules } = verification
  const broken = checkCertificate(leaf, now)
  if (broken !== undefined) return { ...broken, role: 'leaf', parsed: leaf.parsed }
  const { names } = leaf.extensions
  if (names === undefined || !isForHost(names, host, rules))
    return { rule: names === undefined ? 'no_names' : 'wrong_name', role: 'leaf', parsed: leaf.parsed }
  return verifyTrust(sent, verification)
}

function verifyTrust(
  [leaf, ...others]: readonly [Certificate, ...Certificate[]],
  verification: Verification,
): CertificateProblem | undefined {
  const { roots, rules } = verification
  const isTrusted = roots.find(leaf.subject, rules).some(({ raw }) => raw.equals(leaf.raw))
  const search: Search = { ...verification, others, left: MAX_SIGNATURES, problems: [] }
  const chains = isTrusted ? [[leaf]] : findChains([leaf], search)
  if (chains.length === 0)
    return (
      search.problems[0] ?? {
        rule: 'unknown_authority',
        role: 'leaf',
        parsed: leaf.parsed,
        sent: others.length + 1,
      }
    )
  return checkChains(chains)
}

/** Policies and usages count only once a chain is found. */
function checkChains(chains: readonly (readonly Certificate[])[]): CertificateProblem | undefined {
  const problems = chains.map(chain => checkUsages(chain) ?? checkPolicies(chain))
  return problems.includes(undefined) ? undefined : problems[0]
}

const ANY_USAGE = '2.5.29.37.0'
const SERVER_USAGE = '1.3.6.1.5.5.7.3.1'

/** A usage must be allowed by every certificate that limits usages, that of the root included. */
function checkUsages(chain: readonly Certificate[]): CertificateProblem | undefined {
  const allows = ({ extensions: { usages } }: Certificate) =>
    usages.length === 0 || usages.includes(ANY_USAGE) || usages.includes(SERVER_USAGE)
  const i = chain.findIndex(certificate => !allows(certificate))
  const certificate = chain[i]
  const role = i === 0 ? 'leaf' : i === chain.length - 1 ? 'root' : 'intermediate'
  return certificate && { rule: 'no_server_usage', role, parsed: certificate.parsed }
}

/** Go 1.24 builds a tree of policies then; such chains are too rare to do the same here. */
function checkPolicies(chain: readonly Certificate[]): CertificateProblem | undefined {
  const certificate = chain.slice(0, -1).find(({ extensions }) => extensions.needsPolicy)
  return certificate && { rule: 'policies', role: 'intermediate', parsed: certificate.parsed }
}

interface Search extends Verification {
  readonly others: readonly Certificate[]
  /** Signatures that may still be checked. */
  left: number
  /** The rules that candidates broke. */
  readonly problems: CertificateProblem[]
}

/** Every chain from these certificates up to a root. */
function findChains(below: readonly Certificate[], search: Search): readonly (readonly Certificate[])[] {
  const { issuer } = below.at(-1) as Certificate
  const roots = search.roots.find(issuer, search.rules)
  const intermediates = search.others.filter(({ subject }) => subject === issuer)
  return [
    ...roots.filter(root => isIssuer(root, 'root', below, search)).map(root => [...below, root]),
    ...intermediates
      .filter(certificate => isIssuer(certificate, 'intermediate', below, search))
      .flatMap(certificate => findChains([...below, certificate], search)),
  ]
}

function isIssuer(
  certificate: Certificate,
  role: 'root' | 'intermediate',
  below: readonly Certificate[],
  search: Search,
): boolean {
  if (below.some(other => isSame(certificate, other)) || search.left <= 0) return false
  search.left--
  const broken = checkIssuer(certificate, { below, role, now: search.now, rules: search.rules })
  if (broken === undefined) return true
  const blamed = broken.rule === 'weak_signature' ? below.at(-1) : undefined
  const blamedRole = blamed === undefined ? role : below.length === 1 ? 'leaf' : 'intermediate'
  search.problems.push({ ...broken, role: blamedRole, parsed: (blamed ?? certificate).parsed })
  return false
}

/** The same subject, key and names: cross-signed certificates would lead in a circle. */
function isSame(a: Certificate, b: Certificate): boolean {
  const names = ({ extensions }: Certificate) =>
    extensions.names?.map(({ kind, value }) => kind + value.toString('latin1')).join()
  return a.subject === b.subject && a.key.id === b.key.id && names(a) === names(b)
}
