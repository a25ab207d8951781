/** Credentials that are missing or refused. A remedy names the header that holds them, never its value. Pure. */
import type { Fault } from './fault.ts'

/** What to do about an Authorization header that is not accepted. */
const CHECK_HEADER = {
  todo: 'check the Authorization header in the list',
  forServer: 'check the Authorization header of server in the list',
  forUrl: 'check the file of --header-file Authorization',
} as const satisfies Partial<Fault>

const REFUSED = 'does not accept the Authorization header'

/** The response to it requires a password, or nothing that a runtime supports. */
export const HEADER_REFUSED: Fault = { reason: 'unauthorized', what: REFUSED, ...CHECK_HEADER }

/** The endpoint refers to its token service, which responds with this status. `isSent`: the service was sent the header. */
export function refusedByService(status: number, isSent: boolean): Fault {
  const service = `its token service responds with ${status}`
  const what = isSent ? `${REFUSED}: ${service} to it` : `${REFUSED}, and ${service} without it`
  return { ...HEADER_REFUSED, what }
}

/** The endpoint refuses the token too. `isSent`: the token service was sent the header. */
export function refusedWithToken(error: string, isSent: boolean): Fault {
  if (!isSent) return { ...HEADER_REFUSED, what: `${REFUSED}, nor a token that was issued without it` }
  const what = 'refuses the token that its token service issued for the Authorization header'
  return { ...HEADER_REFUSED, what, ...(error === 'insufficient_scope' && MAY_NOT_PULL) }
}

const MAY_NOT_PULL = {
  todo: 'allow the user of the Authorization header in the list to pull the canary',
  forServer: 'allow the user of the Authorization header of server in the list to pull the canary',
  forUrl: 'allow the user of --header-file Authorization to pull the image',
} as const satisfies Partial<Fault>

const ADD_CREDENTIALS = 'add the credentials to header in the list'
const ADD_TO_SERVER = 'add the credentials to header of server in the list'
const ADD_BY_FLAG = 'add the credentials with --header-file NAME=FILE'

/** What to do where there is no such header, and what else would help. */
export function addCredentials(otherwise: string): Pick<Fault, 'todo' | 'forServer' | 'forUrl'> {
  return {
    todo: `${ADD_CREDENTIALS}, or ${otherwise}`,
    forServer: `${ADD_TO_SERVER}, or ${otherwise}`,
    forUrl: `${ADD_BY_FLAG}, or ${otherwise}`,
  }
}
