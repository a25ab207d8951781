/** The words for each reason. Pure. */
import type { ProbeReason } from '../../model/probe-reason.ts'
import type { Fault, Words } from './fault.ts'

const WORDS: Readonly<Record<ProbeReason, Words>> = {
  dns: {
    what: 'the host name has no address',
    todo: 'check the spelling of the name, and the DNS of this node',
  },
  refused: { what: 'refuses the connection', todo: 'check the port, and that the registry runs there' },
  reset: {
    what: 'closes the connection without a response',
    todo: 'check its log, and the proxies and firewalls on the path',
  },
  connect_timeout: {
    what: 'does not accept a connection in time',
    todo: 'check the address, the route and the firewall: packets are lost on the path',
  },
  no_response: {
    what: 'accepts connections but does not respond in time',
    todo: 'raise timeout in [health] if it is only slow, or check its log',
    forUrl: 'raise --timeout if it is only slow, or check its log',
    forServer: 'check the route and the firewall, or set fallback = false to use only the mirrors',
  },
  tls: {
    what: 'the TLS handshake fails',
    todo: 'compare its certificate with ca, client and url in the list',
    forServer: 'compare its certificate with ca, client and url of server in the list',
    forUrl: 'compare its certificate with --ca, --client-cert and its URL',
  },
  certificate_expired: {
    what: 'the certificate has expired',
    todo: 'renew it, or check the clock of this node if it is new',
  },
  not_a_registry: {
    what: 'responds, but not as a registry',
    todo: 'check its URL',
    forName: 'check its URL: the name may have a new owner',
  },
  unauthorized: {
    what: 'responds with 401 without a challenge that a runtime supports',
    todo: 'add the credentials to header in the list',
    forServer: 'add the credentials to header of server in the list',
    forUrl: 'add the credentials with --header-file NAME=FILE',
  },
  forbidden: {
    what: 'responds with 403',
    todo: 'check with its operator that this node has access (allow-list, region, credentials)',
  },
  not_found: { what: 'responds with 404', todo: 'check the path in its URL' },
  rate_limited: {
    what: 'responds with 429, too many requests',
    todo: 'wait, use credentials with a higher limit, or list another mirror before it',
  },
  server_error: {
    what: 'responds with a server error',
    todo: 'check its log or contact its operator',
  },
  wrong_digest: {
    what: 'serves content that does not match its digest',
    todo: 'remove it from the list: containerd fails the pull and tries no other endpoint',
    forServer: 'contact its operator: containerd fails the pull',
    forUrl: 'do not list it: containerd fails the pull and tries no other endpoint',
  },
  slow: { what: 'serves layers slowly', todo: 'list a faster mirror before it' },
  stale: {
    what: 'its tag points to an older image than that of the server',
    todo: 'set capabilities = ["pull"], so that other endpoints resolve tags',
  },
  divergent: {
    what: 'its tag points to another image than at the other endpoints',
    todo: 'check which image is correct; until then, set capabilities = ["pull"]',
  },
  redirect_refused: {
    what: 'redirects to an address that is not allowed',
    todo: 'if you trust the address, use it as the url in the list',
    forServer: 'if you trust the address, use it as server in the list',
    forUrl: 'if you trust the address, probe that address instead',
  },
}

const NO_REASON: Words = { what: 'the probe has no result', todo: 'run the probe again' }

/** The words of a fault, completed with those of its reason. */
export function wordsOf({ reason, what, todo, forServer, forUrl }: Fault): Words {
  const words = reason === undefined ? NO_REASON : WORDS[reason]
  return todo === undefined
    ? { ...words, what: what ?? words.what }
    : { what: what ?? words.what, todo, forServer, forUrl }
}
