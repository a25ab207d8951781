/** Rules about the keys that mirrors, servers and `[defaults]` have. Pure. */
import type { Problem } from '../../model/problem.ts'
import type { ConnectionEntry, WrittenConnection } from '../written.ts'
import { durationProblems } from './duration-problems.ts'
import {
  headerNameProblems,
  headerSchemeProblems,
  headerTwiceProblems,
  headerValueProblems,
} from './header-problems.ts'
import { redirectProblems } from './redirect-problems.ts'
import type { Rule } from './rule.ts'

export const connectionRules = {
  tls_over_http: { needs: ['url', 'ca', 'client', 'skip_verify'], check: tlsProblems },
  dial_timeout: {
    needs: ['dial_timeout'],
    check: ({ path, written }) => durationProblems([...path, 'dial_timeout'], written.dial_timeout),
  },
  redirects: { needs: ['redirects'], check: redirectProblems },
  header_name: { needs: ['header'], check: headerNameProblems },
  header_twice: { needs: ['header'], check: headerTwiceProblems },
  header_scheme: { needs: ['header'], check: headerSchemeProblems },
  header_value: { needs: ['header'], check: headerValueProblems },
} satisfies Record<string, Rule<ConnectionEntry>>

/** With TLS keys, containerd tries https on an http url and falls back to http without a message (hosts.go:215-228@v2.3.4). */
function tlsProblems({ path, written }: ConnectionEntry): readonly Problem[] {
  if (!/^http:/i.test(written.url ?? '')) return []
  return (['ca', 'client', 'skip_verify'] as const)
    .filter(key => !isSwitchedOff(written, key))
    .map(key => ({
      path: [...path, key],
      atKey: true,
      message: `${key} with an http URL makes containerd 1.7 and later try https first`,
      hint: 'change the URL to https, or remove the key',
    }))
}

/** Absent, or empty: what switches a key of `[defaults]` off. */
function isSwitchedOff(
  { ca = [], client = {}, skip_verify = false }: WrittenConnection,
  key: 'ca' | 'client' | 'skip_verify',
): boolean {
  return { ca: ca.length === 0, client: Object.keys(client).length === 0, skip_verify: !skip_verify }[key]
}
