/** A fault as one sentence. Pure. */
import type { Probe } from '../../model/report.ts'
import type { Fault } from './fault.ts'
import { wordsOf } from './reasons.ts'

/**
 * `problem; remedy`. Text of the endpoint is quoted only with `mayQuote`, since an endpoint that was sent a secret may
 * repeat it. The name of a proxy comes from the environment, so it is always shown.
 */
export function describeFault(fault: Fault, role: Probe['role'], mayQuote: boolean): string {
  const { what, todo, forServer = todo } = wordsOf(fault)
  const quoted = mayQuote ? sanitize(fault.quoted ?? '') : ''
  const proxy = fault.proxy ? sanitize(`through the proxy ${fault.proxy}`) : ''
  const aside = [quoted, proxy].filter(Boolean).join(', ')
  return `${what}${aside ? ` (${aside})` : ''}; ${role === 'server' ? forServer : todo}`
}

/**
 * Untrusted text on one line, without control, format or separator characters, and cut: it becomes part of a sentence,
 * so such characters are removed instead of escaped as in a diff.
 */
function sanitize(text: string, limit = 60): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  const characters = [...line]
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : line
}
