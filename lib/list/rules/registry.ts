/** Rules about a registry and its place among the others. Pure. */

import { isTable } from '../../formats/tables.ts'
import type { Problem } from '../../model/problem.ts'
import type { Capability } from '../../model/registry.ts'
import { BUILT_IN } from '../built-in.ts'
import { parseApiBase } from '../values/api-base.ts'
import { canaryProblem } from '../values/canary.ts'
import { isRefused } from '../values/refused.ts'
import { parseRegistryName } from '../values/registry-name.ts'
import type { MirrorEntry, WrittenDefaults } from '../written.ts'
import type { RegistryEntry, Rule } from './rule.ts'

export const registryRules = {
  registry_name: { needs: [], check: nameProblems },
  registry_twice: { needs: [], check: twiceProblems },
  server_url: { needs: ['server'], check: serverProblems },
  any_registry: { needs: ['server', 'mirrors'], check: anyProblems },
  no_fallback: { needs: ['server', 'mirrors', 'fallback'], check: fallbackProblems },
  canary: { needs: ['canary'], check: canaryProblems },
} satisfies Record<string, Rule<RegistryEntry>>

function nameProblems({ key, path, registry }: RegistryEntry): Problem[] {
  // A table inside is the rest of a name without quotes, and said to be that.
  if (Object.values(registry).some(isTable)) return []
  const parsed = parseRegistryName(key)
  return isRefused(parsed) ? [{ path, atKey: true, ...parsed }] : []
}

function twiceProblems({ path, twin }: RegistryEntry): Problem[] {
  if (twin === undefined) return []
  return [{ path, atKey: true, message: `this is the same registry as "${twin}"`, hint: 'merge the two' }]
}

function serverProblems({ path, registry }: RegistryEntry): Problem[] {
  if (registry.server === undefined) return []
  const base = parseApiBase(registry.server, 'server')
  return isRefused(base) ? [{ path: [...path, 'server'], ...base }] : []
}

function anyProblems({ key, path, registry, mirrors }: RegistryEntry): Problem[] {
  if (key !== '*') return []
  const problems: Problem[] = []
  if (registry.server !== undefined) {
    const hint = 'each registry falls back to its own; leave the key out'
    problems.push({ path: [...path, 'server'], atKey: true, message: '"*" has no server', hint })
  }
  if (mirrors.length === 0) {
    problems.push({ path, atKey: true, message: '"*" needs a mirror', hint: 'give one, or leave "*" out' })
  }
  return problems
}

function fallbackProblems({ key, path, registry, mirrors, defaults }: RegistryEntry): Problem[] {
  if (registry.fallback !== false) return []
  const problem = (message: string, hint: string) => [
    { path: [...path, 'fallback'], atKey: true, message, hint },
  ]
  if (registry.server !== undefined && key !== '*') {
    return problem('fallback = false beside a server', 'a server that is never asked is not given')
  }
  if (mirrors.length === 0) {
    return key === '*' ? [] : problem('fallback = false without a mirror', 'nothing would be left to ask')
  }
  if (onlyFirst(mirrors).some(entry => mayResolve(entry, defaults))) return []
  return problem(
    'fallback = false, and no mirror may resolve',
    'add "resolve" to a mirror, or no tag can be pulled',
  )
}

/** Of mirrors that are listed twice the first one counts. */
function onlyFirst(mirrors: readonly MirrorEntry[]): readonly MirrorEntry[] {
  const keys = mirrors.map(({ mirror }) => JSON.stringify(parseApiBase(mirror.url, mirror.base ?? 'mirror')))
  return mirrors.filter((_, i) => keys.indexOf(keys[i] as string) === i)
}

/** A tag is asked of hosts that may do both: core/remotes/docker/resolver.go:252-270@v2.3.4. */
function mayResolve({ mirror }: MirrorEntry, defaults: WrittenDefaults | undefined): boolean {
  const capabilities: readonly Capability[] =
    mirror.capabilities ?? defaults?.capabilities ?? BUILT_IN.capabilities
  return capabilities.includes('resolve') && capabilities.includes('pull')
}

function canaryProblems({ name, path, registry }: RegistryEntry): Problem[] {
  if (registry.canary === undefined) return []
  const problem = canaryProblem(registry.canary, name)
  return problem === undefined ? [] : [{ path: [...path, 'canary'], ...problem }]
}
