/** The requests of one pull: below one repository, with a token as soon as the endpoint wants one. */
import { baseUrl } from '../../model/registry.ts'
import type { Canary, Endpoint } from '../endpoints.ts'
import { exchange, type Outcome, type ProbeContext } from '../http/exchange.ts'
import type { Answer } from '../http/request.ts'
import type { Fault } from '../reasons.ts'
import { ACCEPT, isManifestType } from './manifest.ts'
import { headerText, judgePing } from './ping-verdict.ts'
import { authorize } from './token.ts'

export interface Session {
  readonly endpoint: Endpoint
  readonly canary: Canary
  readonly context: ProbeContext
  authorization: string | undefined
  challenged: boolean
}

export function openSession(endpoint: Endpoint, canary: Canary, context: ProbeContext): Session {
  return { endpoint, canary, context, authorization: undefined, challenged: false }
}

interface Extra {
  readonly bodyLimit?: number
  readonly onChunk?: (chunk: Buffer) => void
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks at `path` below the repository: an answer that a pull could use, or what is wrong with it. */
export async function request(
  session: Session,
  method: 'GET' | 'HEAD',
  path: string,
  extra: Extra = {},
): Promise<Outcome> {
  const first = await send(session, method, path, extra)
  if ('fault' in first || first.answer.status !== 401) return judged(first, path)
  session.challenged = true
  const { endpoint, canary, context } = session
  const token =
    session.authorization === undefined && (await authorize(endpoint, first, canary.repository, context))
  if (token === false)
    return { fault: { reason: 'unauthorized', what: 'it does not accept its own token' }, trace: first.trace }
  if ('fault' in token) return { fault: token.fault, trace: first.trace }
  session.authorization = token.authorization
  return judged(await send(session, method, path, extra), path)
}

async function send(
  { endpoint, canary, context, authorization }: Session,
  method: 'GET' | 'HEAD',
  path: string,
  { headers, ...extra }: Extra,
): Promise<Outcome> {
  const url = new URL(`${baseUrl(endpoint.base)}/${canary.repository}/${path}`)
  if (canary.ns !== undefined) url.searchParams.set('ns', canary.ns)
  return await exchange(
    endpoint,
    { url, method, authorization, headers: { accept: ACCEPT, ...headers }, ...extra },
    context,
  )
}

/** An answer that a pull could use, or what is wrong with it. */
function judged(outcome: Outcome, path: string): Outcome {
  if ('fault' in outcome) return outcome
  const fault = faultIn(outcome.answer, path)
  return fault === undefined ? outcome : { ...outcome, fault }
}

function faultIn(answer: Answer, path: string): Fault | undefined {
  const what = path.startsWith('manifests/') ? 'manifest' : 'layer'
  if (answer.status === 206 && what === 'layer') return undefined
  if (answer.status === 401)
    return { reason: 'unauthorized', what: `it does not give the ${what} to an anonymous pull` }
  if (answer.status === 403)
    return { reason: 'forbidden', what: `it refuses the ${what} of the canary with 403` }
  if (answer.status === 404) return { reason: 'not_found', what: `it has no such ${what}`, todo: CANARY_TODO }
  if (answer.status !== 200) return judgePing(answer, false)
  if (what === 'layer' || isManifestType(headerText(answer, 'content-type'))) return undefined
  return {
    reason: 'not_a_registry',
    what: 'it answers with something that is no manifest',
    heard: headerText(answer, 'content-type'),
  }
}

const CANARY_TODO = 'check that it mirrors this registry, and the canary of the list'
