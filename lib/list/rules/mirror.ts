/** Rules about one mirror. Pure. */
import type { Problem } from '../../model/problem.ts'
import { parseApiBase } from '../values/api-base.ts'
import { isRefused } from '../values/refused.ts'
import type { MirrorEntry } from '../written.ts'
import { headerNameProblems, headerTwiceProblems, headerValueProblems } from './header.ts'
import type { Rule } from './rule.ts'
import { durationProblems } from './settings.ts'

export const mirrorRules = {
  mirror_url: { needs: ['url', 'base'], check: urlProblems },
  tls_over_http: { needs: ['url', 'ca', 'client', 'skip_verify'], check: tlsProblems },
  dial_timeout: {
    needs: ['dial_timeout'],
    check: ({ path, mirror }) => durationProblems([...path, 'dial_timeout'], mirror.dial_timeout),
  },
  header_name: { needs: ['header'], check: headerNameProblems },
  header_twice: { needs: ['header'], check: headerTwiceProblems },
  header_value: { needs: ['header'], check: headerValueProblems },
} satisfies Record<string, Rule<MirrorEntry>>

function urlProblems({ urlPath, mirror }: MirrorEntry): Problem[] {
  if (mirror.url === undefined) return []
  const base = parseApiBase(mirror.url, mirror.base ?? 'mirror')
  return isRefused(base) ? [{ path: urlPath, ...base }] : []
}

/** containerd answers TLS keys on http with https first and a silent return to http (hosts.go:215-228@v2.3.4). */
function tlsProblems({ path, mirror }: MirrorEntry): Problem[] {
  if (!/^http:/i.test(mirror.url ?? '')) return []
  return (['ca', 'client', 'skip_verify'] as const)
    .filter(key => mirror[key] !== undefined)
    .map(key => ({
      path: [...path, key],
      atKey: true,
      message: `${key} has no meaning on http`,
      hint: 'make the url https, or leave the key out',
    }))
}
