/** The hosts and networks that a probe may be redirected to. Pure. */
import { isIP } from 'node:net'
import { parseNetwork } from '../../model/network.ts'
import type { Problem } from '../../model/problem.ts'
import type { ConnectionEntry } from '../written.ts'

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i

export function redirectProblems({ path, written }: ConnectionEntry): readonly Problem[] {
  return (written.redirects ?? []).flatMap((entry, i) => {
    const problem = isIP(entry) !== 0 || HOST_NAME.test(entry) ? undefined : entryProblem(entry)
    return problem === undefined ? [] : [{ path: [...path, 'redirects', i], ...problem }]
  })
}

function entryProblem(entry: string): Omit<Problem, 'path'> | undefined {
  if (parseNetwork(entry) !== undefined) return undefined
  if (entry.includes('*'))
    return { message: 'a host name here has no wildcard', hint: 'write each host name, or a network' }
  const hint = 'write a name such as "harbor.internal", or a network such as "10.0.0.0/8"'
  return { message: 'must be a host name without scheme, port and path, or a network', hint }
}
