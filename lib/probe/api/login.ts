/** What a runtime does when an endpoint requires a token (core/remotes/docker/authorizer.go AddResponses@v2.1.4). */
import { toUrl, urlText } from '../../model/go-url.ts'
import type { PullClient } from '../../targets/pull-client.ts'
import { addCredentials, HEADER_REFUSED, refusedWithToken } from '../faults/credentials-fault.ts'
import type { Fault } from '../faults/fault.ts'
import { readValues } from '../http/response.ts'
import type { Success } from './bounded-request.ts'
import { parseChallenges } from './challenge.ts'
import { type Endpoint, sendsAuthorization } from './endpoint.ts'
import type { ProbeContext } from './probe-context.ts'
import { requestToken } from './token.ts'

/** A token, and the challenge that it was requested for. */
interface Login {
  readonly challenged: Success
  readonly params: ReadonlyMap<string, string>
  readonly authorization: string
  /** A time of performance.now(). */
  readonly expiresAt: number
}

/** The tokens of one pull, by the host and port that required them. */
export interface Logins {
  readonly endpoint: Endpoint
  readonly repository: string
  readonly context: ProbeContext
  readonly client: PullClient
  readonly byHost: Map<string, Login>
  /** Whether any token was issued. */
  issued: boolean
}

/** The value of Authorization for a request to this url. */
export function authorizationFor({ byHost }: Logins, { host }: URL): string | undefined {
  return byHost.get(host)?.authorization
}

/** Replaces tokens whose time is over. */
export async function renewExpired(logins: Logins): Promise<Fault | undefined> {
  const expired = [...logins.byHost].filter(([, { expiresAt }]) => expiresAt <= performance.now())
  for (const [host, { challenged, params }] of expired) {
    const fault = await logIn(logins, host, challenged, params)
    if (fault !== undefined) return fault
  }
  return undefined
}

/**
 * Prepares the next attempt of a request whose last response is a 401, after those before it. The fault says why there
 * is no such attempt.
 */
export async function followChallenge(
  logins: Logins,
  responses: readonly Success[],
): Promise<Fault | undefined> {
  const last = responses.at(-1)
  if (last === undefined) return undefined
  const [challenge] = parseChallenges(readValues(last.response, 'www-authenticate'))
  const host = toUrl(last.target)?.host ?? ''
  if (challenge?.scheme === 'basic' && logins.byHost.has(host)) return TWO_LOGINS
  if (challenge?.scheme !== 'bearer')
    return sendsAuthorization(logins.endpoint, host) ? HEADER_REFUSED : withoutToken(challenge?.scheme)
  const { params } = challenge
  const error = params.get('error') ?? ''
  if (error !== '' && isRepeated(responses)) return tokenRefused(logins, last, error)
  if (error !== '' && logins.client.tokens.renewsRefused) logins.byHost.delete(host)
  if (logins.byHost.has(host)) return undefined
  return await logIn(logins, host, last, params)
}

/** Whether the same request was refused right before; a redirect may lead to another one. */
function isRepeated(responses: readonly Success[]): boolean {
  const [last, before] = [responses.at(-1), responses.at(-2)]
  return last !== undefined && before !== undefined && urlText(before.target) === urlText(last.target)
}

async function logIn(
  logins: Logins,
  host: string,
  challenged: Success,
  params: Login['params'],
): Promise<Fault | undefined> {
  const token = await requestToken({ ...logins, challenged, params })
  if ('fault' in token) return token.fault
  const seconds = logins.client.tokens.renewsExpired ? token.expiresInS : undefined
  const expiresAt = performance.now() + 1000 * (seconds ?? Number.POSITIVE_INFINITY)
  logins.issued = true
  logins.byHost.set(host, { challenged, params, authorization: token.authorization, expiresAt })
  return undefined
}

function withoutToken(scheme: string | undefined): Fault {
  return scheme === undefined ? { reason: 'unauthorized' } : LOGIN_REQUIRED
}

export const LOGIN_REQUIRED: Fault = {
  reason: 'unauthorized',
  what: 'requires credentials for the canary',
  ...addCredentials('set a canary that needs none'),
}

const TWO_LOGINS: Fault = {
  reason: 'unauthorized',
  what: 'requires a password in place of the token, and a request holds only one of them',
  todo: 'require only one of them in its web server',
}

/** The fault of an endpoint that keeps responding with 401 to a token; `error` is that of its last challenge. */
export function tokenRefused({ endpoint, client }: Logins, { target }: Success, error: string): Fault {
  if (sendsAuthorization(endpoint, toUrl(target)?.host))
    return refusedWithToken(error, client.tokens.staticHeaders)
  const what = 'refuses the token that its token service issued'
  const remedy =
    error === 'insufficient_scope'
      ? addCredentials('let the token service grant pulls')
      : { todo: 'check that both use the same key, service name and time' }
  return { reason: 'unauthorized', what, ...remedy, ...(error !== '' && { quoted: error }) }
}
