/** Certificates that the runtime refuses: which one, and why. Pure. */
import type { CertificateProblem, Role, Rule } from '../x509/problem.ts'
import type { Fault, Words } from './fault.ts'

const CERTIFICATES: Readonly<Record<Role, string>> = {
  leaf: 'the certificate',
  intermediate: 'the intermediate certificate',
  root: 'the CA certificate',
}

const ISSUE_AGAIN = 'issue a new certificate'

export function certificateFault(problem: CertificateProblem): Fault {
  const { rule, role, parsed } = problem
  if (rule === 'policies') return UNKNOWN_POLICIES
  const quoted = rule === 'wrong_name' ? parsed?.subjectAltName : subjectOf(problem)
  const reason = rule === 'expired' ? 'certificate_expired' : 'tls'
  return { reason, ...wordsFor(rule, CERTIFICATES[role], problem), quoted }
}

const UNKNOWN_POLICIES: Fault = {
  reason: undefined,
  what: 'the certificate needs a certificate policy, which probes cannot verify',
  todo: 'test the mirror: crictl pull IMAGE',
}

/** Its common name, or the first part of its name. */
function subjectOf({ parsed }: CertificateProblem): string | undefined {
  const parts = parsed?.subject?.split('\n') ?? []
  return parts.find(part => part.startsWith('CN=')) ?? parts[0]
}

function wordsFor(rule: Rule, name: string, problem: CertificateProblem): Words {
  const { detail = '' } = problem
  switch (rule) {
    case 'malformed':
      return {
        what: `${name} has ${detail}, so containerd cannot read it`,
        todo: problem.role === 'root' ? 'replace it in ca' : ISSUE_AGAIN,
      }
    case 'expired':
      return {
        what: `${name} has expired`,
        todo: 'renew it, or check the clock of this node if it is new',
      }
    case 'not_yet_valid':
      return { what: `${name} is not valid yet`, todo: 'check the clock of this node' }
    case 'unhandled_extension':
      return {
        what: `${name} has a critical extension that containerd does not know (${detail})`,
        todo: ISSUE_AGAIN,
      }
    case 'no_names':
      return {
        what: `${name} has no subject alternative name, which the runtime requires`,
        todo: 'issue a certificate with a subject alternative name',
      }
    case 'wrong_name':
      return { what: `${name} is for another name`, todo: 'use a name of the certificate in the url' }
    case 'unknown_authority':
      return authorityWords(problem)
    default:
      return chainWords(rule, name, detail)
  }
}

type ChainRule = Exclude<
  Rule,
  | 'malformed'
  | 'expired'
  | 'not_yet_valid'
  | 'unhandled_extension'
  | 'no_names'
  | 'wrong_name'
  | 'unknown_authority'
>

function chainWords(rule: ChainRule, name: string, detail: string): Words {
  switch (rule) {
    case 'not_a_ca':
      return {
        what: `${name} may not issue certificates: it lacks basicConstraints CA:TRUE`,
        todo: 'issue it with basicConstraints = CA:TRUE, or put the certificate of the server into ca',
      }
    case 'no_cert_sign':
      return {
        what: `${name} may not issue certificates: its keyUsage lacks keyCertSign`,
        todo: 'issue it with keyUsage = keyCertSign, or put the certificate of the server into ca',
      }
    case 'weak_signature':
      return {
        what: `${name} is signed with ${detail}, which containerd refuses`,
        todo: 'issue it with SHA-256',
      }
    case 'wrong_signature':
      return {
        what: `${name} has the name of the issuer, but another key`,
        todo: 'put the current certificate of that authority into ca',
      }
    case 'path_length':
      return { what: `${name} allows fewer intermediate certificates (pathlen)`, todo: ISSUE_AGAIN }
    case 'name_constraints':
      return {
        what: `${name} does not permit the names of the certificate (nameConstraints)`,
        todo: ISSUE_AGAIN,
      }
    case 'no_server_usage':
      return {
        what: `${name} is not for servers: its extendedKeyUsage lacks serverAuth`,
        todo: 'issue it with extendedKeyUsage = serverAuth',
      }
    case 'key_type':
      return {
        what: `${name} has a type of key that containerd does not support`,
        todo: 'use an ECDSA or RSA key',
      }
    case 'key_size':
      return {
        what: `${name} has an RSA key that is too long for containerd`,
        todo: 'use a key of 4096 bits',
      }
    case 'policies':
      return UNKNOWN_POLICIES as Words
  }
}

function authorityWords({ parsed, sent = 1 }: CertificateProblem): Words {
  if (parsed?.issuer === parsed?.subject)
    return {
      what: 'the certificate is self-signed and not trusted',
      todo: 'add that certificate to ca',
    }
  if (sent > 1)
    return {
      what: 'the certificate is signed by an unknown authority',
      todo: 'add the certificate of that authority to ca',
    }
  return {
    what: 'the certificate is signed by an unknown authority, or the intermediate certificate is missing',
    todo: 'add that authority to ca, or configure the server to send the whole chain',
  }
}
