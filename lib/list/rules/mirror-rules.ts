/** Rules about one mirror. Pure. */
import type { Problem } from '../../model/problem.ts'
import { isRefused } from '../../model/refused.ts'
import { parseMirrorBase } from '../values/api-base.ts'
import type { MirrorEntry } from '../written.ts'
import { durationProblems } from './duration-problems.ts'
import { headerNameProblems, headerTwiceProblems, headerValueProblems } from './header-problems.ts'
import { redirectProblems } from './redirect-problems.ts'
import type { Rule } from './rule.ts'

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
  redirects: { needs: ['redirects'], check: redirectProblems },
} satisfies Record<string, Rule<MirrorEntry>>

function urlProblems({ urlPath, mirror }: MirrorEntry): readonly Problem[] {
  if (mirror.url === undefined) return []
  const base = parseMirrorBase(mirror)
  return isRefused(base) ? [{ path: urlPath, ...base }] : []
}

/** With TLS keys, containerd tries https on an http url and falls back to http without a message (hosts.go:215-228@v2.3.4). */
function tlsProblems({ path, mirror }: MirrorEntry): readonly Problem[] {
  if (!/^http:/i.test(mirror.url ?? '')) return []
  return (['ca', 'client', 'skip_verify'] as const)
    .filter(key => mirror[key] !== undefined)
    .map(key => ({
      path: [...path, key],
      atKey: true,
      message: `${key} with an http URL makes containerd 1.7 and later try https first`,
      hint: 'change the URL to https, or remove the key',
    }))
}
