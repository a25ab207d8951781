/** Rules about what is not a registry: defaults, health, targets. Pure. */
import { milliseconds } from '../../model/duration.ts'
import type { Path, Problem } from '../../model/problem.ts'
import { ownerOf } from '../../ownership/protected-paths.ts'
import { absolutePathProblem } from '../values/plain-path.ts'
import type { Refused } from '../values/refused.ts'
import type { WrittenContainerd, WrittenList } from '../written.ts'
import type { Rule } from './rule.ts'

export const settingRules = {
  default_duration: {
    needs: ['defaults'],
    check: ({ defaults }) => durationProblems(['defaults', 'dial_timeout'], defaults?.dial_timeout),
  },
  health_duration: {
    needs: ['health'],
    check: ({ health }) => [
      ...intervalProblems(['health', 'interval'], health?.interval),
      ...durationProblems(['health', 'timeout'], health?.timeout),
      ...durationProblems(['health', 'slow_after'], health?.slow_after),
    ],
  },
  containerd_path: { needs: ['targets'], check: ({ targets }) => pathProblems(targets?.containerd ?? {}) },
} satisfies Record<string, Rule<WrittenList>>

const DAY = 24 * 60 * 60 * 1000

/** Zero would mean no limit to some and at once to others; beyond a day, timers and Go durations overflow. */
export function durationProblems(path: Path, duration: string | undefined): readonly Problem[] {
  return lasting('1ms', path, duration)
}

/** A shorter one would say what does not happen: watch asks no mirror again within a second. */
function intervalProblems(path: Path, interval: string | undefined): readonly Problem[] {
  return lasting('1s', path, interval, 'no mirror is asked oftener than once a second; "30s" is usual')
}

function lasting(least: string, path: Path, duration: string | undefined, hint?: string): Problem[] {
  if (duration === undefined) return []
  const ms = milliseconds(duration)
  const fits = ms >= milliseconds(least) && ms <= DAY
  return fits ? [] : [{ path, message: `must last from ${least} to 24h`, hint }]
}

function pathProblems({ config, hosts_dir }: WrittenContainerd): Problem[] {
  const at = ['targets', 'containerd']
  return [
    ...(config ? problemsAt([...at, 'config'], placeProblem(config) ?? configProblem(config)) : []),
    ...(hosts_dir === undefined
      ? []
      : problemsAt([...at, 'hosts_dir'], placeProblem(hosts_dir), listProblem(hosts_dir))),
  ]
}

function problemsAt(path: Path, ...found: readonly (Refused | undefined)[]): Problem[] {
  return found.filter(problem => problem !== undefined).map(problem => ({ path, ...problem }))
}

/** Root writes there what a list says; a list must not make that another program's settings. */
function placeProblem(file: string): Refused | undefined {
  const problem = absolutePathProblem(file)
  const owner = problem === undefined ? ownerOf(file) : undefined
  if (owner === undefined) return problem
  return { message: `belongs to ${owner}`, hint: 'use a directory of containerd, such as /etc/containerd' }
}

/** What containerd reads is TOML; what the name of another kind would start is none of its business. */
function configProblem(file: string): Refused | undefined {
  if (file.endsWith('.toml')) return undefined
  return { message: 'must end in ".toml"', hint: 'name the main file of containerd' }
}

function listProblem(hosts_dir: string): Refused | undefined {
  if (!hosts_dir.includes(':')) return undefined
  const hint = 'containerd from 2.1 on stops at a list of them'
  return { message: 'must be one directory, without ":"', hint }
}
