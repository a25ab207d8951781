/** Errors of name lookups, and what they mean. Pure. */
import { coded } from '../http/coded-error.ts'
import type { Fault } from '../reasons.ts'

/** Code of the error when no DNS server gave an answer. */
const LOOKUP_FAILED = 'LOOKUP_FAILED'

/** That there is no such name, or no address of it, is an answer. */
const ANSWERS: readonly string[] = ['ENOTFOUND', 'ENODATA']

export function isAnswer(code: string): boolean {
  return ANSWERS.includes(code)
}

/** An error that names the last server queried, and c-ares' code for what came of it. */
export function lookupFailed(server: string, answer: string): Error {
  return Object.assign(coded(LOOKUP_FAILED), { server, answer })
}

/** Whether nobody responded. */
export function isSilence(error: unknown): boolean {
  const { code, answer } = (error ?? {}) as { code?: string; answer?: string }
  return code === 'EAI_AGAIN' || (code === LOOKUP_FAILED && answer === 'ETIMEOUT')
}

const WORDS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'does not respond',
  ECONNREFUSED: 'cannot be reached',
  ESERVFAIL: 'fails to resolve its name (SERVFAIL)',
  EREFUSED: 'refuses to resolve its name (REFUSED)',
  ENOTIMP: 'cannot resolve its name (NOTIMP)',
}

/** What an error of a lookup means; undefined for any other error. */
export function lookupFault(error: unknown): Fault | undefined {
  const { code, server, answer } = (error ?? {}) as { code?: string; server?: string; answer?: string }
  if (code !== LOOKUP_FAILED) return undefined
  const what = WORDS[answer ?? ''] ?? `sends an invalid response (${answer})`
  return {
    reason: 'dns',
    what: `the DNS server ${server} ${what}`,
    todo: 'check /etc/resolv.conf and the DNS server',
  }
}
