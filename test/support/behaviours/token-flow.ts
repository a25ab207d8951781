/** Servers where the mirror requires a token that another server issues. */
import type { Behaviour, Host, Rule } from './behaviour.ts'

export const SCOPE = 'repository:library/app:pull'
export const CHALLENGE = `Bearer realm="$token/token",service="registry",scope="${SCOPE}"`

interface TokenFlow {
  readonly challenge?: Host['challenge']
  /** What the token service replies; text is the body of a 200. The token is `abc`. */
  readonly issue?: Rule['reply'] | string
  /** What differs at the mirror and at the token service. */
  readonly mirror?: Partial<Host>
  readonly token?: Partial<Host>
}

export function tokenFlow({
  challenge = CHALLENGE,
  issue = '{"token":"abc"}',
  mirror,
  token,
}: TokenFlow): Behaviour['hosts'] {
  const reply = typeof issue === 'string' ? { status: 200, body: issue } : issue
  return {
    mirror: { requires: 'Bearer abc', challenge, ...mirror },
    token: { rules: [{ path: /^\/token\b/, reply }], ...token },
  }
}

/** The values of a parameter in the query of a request. */
export function queried(url: string, name: string): readonly string[] {
  return new URL(url, 'http://x').searchParams.getAll(name)
}
