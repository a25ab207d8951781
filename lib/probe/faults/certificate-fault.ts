/** Certificates that the runtime refuses: which one, and why. Pure. */
import type { CertificateProblem, Role, Rule } from '../x509/problem.ts'
import type { Fault, Words } from './fault.ts'

const CERTIFICATES: Readonly<Record<Role, string>> = {
  leaf: 'the certificate',
  intermediate: 'the intermediate certificate',
  root: 'the CA certificate',
  client: 'the client certificate',
}

export function certificateFault(problem: CertificateProblem): Fault {
  const { rule, role, parsed } = problem
  if (rule === 'policies') return UNKNOWN_POLICIES
  const quoted = rule === 'wrong_name' ? parsed?.subjectAltName : subjectOf(problem)
  const reason = rule === 'expired' ? 'certificate_expired' : 'tls'
  return { reason, ...WORDS[rule](CERTIFICATES[role], problem), quoted }
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

type Describe = (name: string, problem: CertificateProblem) => Words

const ISSUE_AGAIN = 'issue a new certificate'

const WORDS: Readonly<Record<Exclude<Rule, 'policies'>, Describe>> = {
  malformed: (name, { detail, role }) => ({
    what: `${name} has ${detail}, so containerd cannot read it`,
    todo: role === 'root' ? 'replace it in ca' : ISSUE_AGAIN,
  }),
  expired: name => ({
    what: `${name} has expired`,
    todo: 'renew it, or check the clock of this node if it is new',
  }),
  not_yet_valid: name => ({ what: `${name} is not valid yet`, todo: 'check the clock of this node' }),
  unhandled_extension: (name, { detail }) => ({
    what: `${name} has a critical extension that containerd does not know (${detail})`,
    todo: ISSUE_AGAIN,
  }),
  no_names: name => ({
    what: `${name} has no subject alternative name, which the runtime requires`,
    todo: 'issue a certificate with a subject alternative name',
  }),
  wrong_name: name => ({
    what: `${name} is for another name`,
    todo: 'use a name of the certificate in its URL',
  }),
  unknown_authority: (_name, problem) => authorityWords(problem),
  not_a_ca: name => ({
    what: `${name} may not issue certificates: it lacks basicConstraints CA:TRUE`,
    todo: 'issue it with basicConstraints = CA:TRUE, or put the certificate of the server into ca',
  }),
  no_cert_sign: name => ({
    what: `${name} may not issue certificates: its keyUsage lacks keyCertSign`,
    todo: 'issue it with keyUsage = keyCertSign, or put the certificate of the server into ca',
  }),
  weak_signature: (name, { detail }) => ({
    what: `${name} is signed with ${detail}, which containerd refuses`,
    todo: 'issue it with SHA-256',
  }),
  wrong_signature: name => ({
    what: `${name} has the name of the issuer, but another key`,
    todo: 'put the current certificate of that authority into ca',
  }),
  path_length: name => ({
    what: `${name} allows fewer intermediate certificates (pathlen)`,
    todo: ISSUE_AGAIN,
  }),
  name_constraints: name => ({
    what: `${name} does not permit every name of the certificates below it (nameConstraints)`,
    todo: ISSUE_AGAIN,
  }),
  no_server_usage: name => ({
    what: `${name} is not for servers: its extendedKeyUsage lacks serverAuth`,
    todo: 'issue it with extendedKeyUsage = serverAuth',
  }),
  key_type: name => ({
    what: `${name} has a type of key that containerd does not support`,
    todo: 'use an ECDSA or RSA key',
  }),
  chain_size: () => ({
    what: 'the chain of certificates is too long for containerd',
    todo: 'configure the server to send its certificate and the intermediate ones only',
  }),
  key_size: name => ({
    what: `${name} has an RSA key that is too long for containerd`,
    todo: 'use a key of 4096 bits',
  }),
}

function authorityWords({ parsed, sent = 1 }: CertificateProblem): Words {
  if (parsed?.issuer === parsed?.subject)
    return {
      what: 'the certificate is self-signed and not trusted',
      todo: 'add that certificate to ca',
      forUrl: 'add that certificate with --ca FILE',
    }
  if (sent > 1)
    return {
      what: 'the certificate is signed by an unknown authority',
      todo: 'add the certificate of that authority to ca',
      forUrl: 'add the certificate of that authority with --ca FILE',
    }
  return {
    what: 'the certificate is signed by an unknown authority, or the intermediate certificate is missing',
    todo: 'add that authority to ca, or configure the server to send the whole chain',
    forUrl: 'add that authority with --ca FILE, or configure the server to send the whole chain',
  }
}
