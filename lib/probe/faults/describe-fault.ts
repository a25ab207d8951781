/** A fault as one sentence. Pure. */
import { isIP } from 'node:net'
import type { Probe } from '../../model/report.ts'
import type { Fault, Words } from './fault.ts'
import { wordsOf } from './reasons.ts'

/** What a remedy depends on. */
export interface FaultyEndpoint extends Pick<Probe, 'role' | 'url'> {
  /** Whether it is a URL of the command line: there is no list to correct. */
  readonly isTyped: boolean
}

/**
 * `problem; remedy`. Text of the endpoint is quoted only with `mayQuote`, since an endpoint that was sent a secret may
 * repeat it. The name of a proxy comes from the environment, so it is always shown.
 */
export function describeFault(fault: Fault, endpoint: FaultyEndpoint, mayQuote: boolean): string {
  const words = wordsOf(fault)
  const quoted = mayQuote ? sanitize(fault.quoted ?? '') : ''
  const proxy = fault.proxy ? sanitize(`through the proxy ${fault.proxy}`) : ''
  const aside = [quoted, proxy].filter(Boolean).join(', ')
  return `${words.what}${aside ? ` (${aside})` : ''}; ${remedyFor(endpoint, words)}`
}

function remedyFor({ role, url, isTyped }: FaultyEndpoint, words: Words): string {
  const { todo, forServer, forName, forUrl } = words
  if (forName !== undefined && hasOwner(url)) return forName
  if (isTyped) return forUrl ?? todo
  return role === 'server' ? (forServer ?? todo) : todo
}

/** Whether its host is a name of the DNS; an address has no owner that changes unnoticed. */
function hasOwner(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 && !/(?:^|\.)localhost$/.test(host)
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
