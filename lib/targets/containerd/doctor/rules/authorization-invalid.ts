/**
 * An Authorization header that no registry accepts, such as `Basic` with a user and a password that are not in Base64:
 * containerd sends each header as it is written (hosts.go:338-378@v2.3.4). On the real containerd:
 * test/e2e/doctor-hosts.spec.ts. Pure; no finding has a part of the value.
 */
import { authorizationProblem } from '../../../../model/authorization.ts'
import type { Rule } from '../../../rule.ts'
import { findInHosts } from '../by-release.ts'
import { placeIn } from '../hosts-views.ts'
import type { ObservedNode } from '../observed-node.ts'

export const authorizationInvalid: Rule<ObservedNode> = {
  code: 'authorization_invalid',
  severity: 'warning',
  part: 'hosts',
  title: 'the value of an Authorization header has a form that no registry accepts',
  find: observed =>
    findInHosts(observed, view =>
      view.headers
        .filter(({ name }) => name.toLowerCase() === 'authorization')
        .flatMap(({ values, line }) => values.flatMap(problemOf).map(problem => ({ line, problem })))
        .map(({ line, problem }) => ({
          ...placeIn(view, line),
          problem: `the value of Authorization ${problem}`,
          consequence: 'containerd sends it as it is written, and the registry responds with 401',
          cure: 'write "Basic " and the Base64 of user:password, or "Bearer " and a token',
        })),
    ),
}

/** Other schemes may be right for a registry. */
function problemOf(value: string): readonly string[] {
  if (/^(?!basic |bearer )[\w-]+ /i.test(value)) return []
  const problem = authorizationProblem(value)
  return problem === undefined ? [] : [problem.message]
}
