/** Reasons of a probe, as reports have them. */

/** Why an endpoint is not healthy. Readers must accept reasons they do not know. */
export type ProbeReason =
  | 'dns'
  | 'refused'
  | 'reset'
  | 'connect_timeout'
  | 'no_response'
  | 'tls'
  | 'certificate_expired'
  | 'not_a_registry'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'rate_limited'
  | 'server_error'
  | 'redirect_refused'
  | 'wrong_digest'
  | 'slow'
  | 'stale'
  | 'divergent'
