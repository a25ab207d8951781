/** Rules about what is not a registry: defaults, health, targets. Pure. */
import { milliseconds } from '../duration.ts'
import type { Rule } from './rules.ts'
import type { Path, Problem, WrittenContainerd, WrittenList } from './written.ts'

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
  const problems = [
    ...(config ? absoluteProblems([...at, 'config'], config) : []),
    ...(hosts_dir === undefined ? [] : absoluteProblems([...at, 'hosts_dir'], hosts_dir)),
  ]
  if (hosts_dir?.includes(':')) {
    const hint = 'containerd from 2.1 on stops at a list of them'
    problems.push({ path: [...at, 'hosts_dir'], message: 'must be one directory, without ":"', hint })
  }
  return problems
}

function absoluteProblems(path: Path, file: string): Problem[] {
  if (!/^\/[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f/]\/?$/.test(file)) {
    return [{ path, message: 'must be an absolute path below "/"' }]
  }
  if (file.split('/').includes('..'))
    return [{ path, message: 'must not hold ".."', hint: 'write where it leads' }]
  return []
}
