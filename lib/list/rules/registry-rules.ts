/** Rules about a registry, alone and among the others. Pure. */
import { isTable } from '../../formats/is-table.ts'
import type { Problem } from '../../model/problem.ts'
import { isRefused } from '../../model/refused.ts'
import type { Capability } from '../../model/registry.ts'
import { LIST_DEFAULTS } from '../defaults.ts'
import { distinctMirrors } from '../distinct-mirrors.ts'
import type { MirrorEntry } from '../endpoint-entries.ts'
import type { RegistryEntry } from '../entries.ts'
import { canaryProblem } from '../values/canary.ts'
import type { WrittenDefaults } from '../written.ts'
import type { Rule } from './rule.ts'

export const registryRules = {
  registry_name: { needs: [], check: nameProblems },
  registry_twice: { needs: [], check: twiceProblems },
  server_url: { needs: ['server'], check: serverProblems },
  any_registry: { needs: ['server', 'mirrors'], check: anyProblems },
  no_fallback: { needs: ['server', 'mirrors', 'fallback'], check: fallbackProblems },
  canary: { needs: ['canary'], check: canaryProblems },
} satisfies Record<string, Rule<RegistryEntry>>

function nameProblems({ path, written, refused }: RegistryEntry): readonly Problem[] {
  // A table inside is the rest of a name without quotes; the schema reports it.
  if (refused === undefined || Object.values(written).some(isTable)) return []
  return [{ path, atKey: true, ...refused }]
}

function twiceProblems({ path, twin }: RegistryEntry): readonly Problem[] {
  if (twin === undefined) return []
  return [
    { path, atKey: true, message: `this is the same registry as "${twin}"`, hint: 'merge the two entries' },
  ]
}

function serverProblems({ server }: RegistryEntry): readonly Problem[] {
  if (server?.base === undefined || !isRefused(server.base)) return []
  return [{ path: server.urlPath, ...server.base }]
}

function anyProblems({ key, path, written, mirrors }: RegistryEntry): readonly Problem[] {
  if (key !== '*') return []
  const problems: Problem[] = []
  if (written.server !== undefined) {
    const hint = 'remove the key: each registry uses its own server'
    problems.push({ path: [...path, 'server'], atKey: true, message: '"*" cannot have a server', hint })
  }
  if (mirrors.length === 0)
    problems.push({ path, atKey: true, message: '"*" has no mirror', hint: 'add one, or remove "*"' })
  return problems
}

function fallbackProblems(entry: RegistryEntry): readonly Problem[] {
  const { key, written, mirrors, defaults } = entry
  if ((written.fallback ?? defaults?.fallback) !== false) return []
  if (written.server !== undefined && key !== '*')
    return noFallback(entry, 'but a server is set', 'remove one of the two', 'remove server')
  if (mirrors.length === 0)
    return key === '*'
      ? []
      : noFallback(entry, 'without a mirror', 'add a mirror, or remove fallback', 'add a mirror')
  if (distinctMirrors(mirrors).some(mirror => mayResolve(mirror, defaults))) return []
  const grant = 'grant "pull" and "resolve" to one of the mirrors'
  return noFallback(entry, 'but no mirror may resolve tags', grant, grant)
}

/** `remedy`: for a fallback that the registry sets. `other`: besides `fallback = true`, for that of `[defaults]`. */
function noFallback(
  { path, written }: RegistryEntry,
  problem: string,
  remedy: string,
  other: string,
): readonly Problem[] {
  const comma = problem.startsWith('but') ? ', ' : ' '
  if (written.fallback === false)
    return [
      {
        path: [...path, 'fallback'],
        atKey: true,
        message: `fallback = false${comma}${problem}`,
        hint: remedy,
      },
    ]
  const message = `fallback = false in [defaults]${comma}${problem}`
  return [{ path, atKey: true, message, hint: `write fallback = true for this registry, or ${other}` }]
}

/** containerd resolves tags only on hosts with both capabilities (core/remotes/docker/resolver.go:252-270@v2.3.4). */
function mayResolve({ written }: MirrorEntry, defaults: WrittenDefaults | undefined): boolean {
  const capabilities: readonly Capability[] =
    written.capabilities ?? defaults?.capabilities ?? LIST_DEFAULTS.capabilities
  return capabilities.includes('resolve') && capabilities.includes('pull')
}

function canaryProblems({ name, path, written }: RegistryEntry): readonly Problem[] {
  if (written.canary === undefined) return []
  const problem = canaryProblem(written.canary, name)
  return problem === undefined ? [] : [{ path: [...path, 'canary'], ...problem }]
}
