/** What `targets` of a registry does that its author may not intend. Pure. */
import type { MirrorList, Registry } from '../../model/registry.ts'

interface Finding {
  readonly code: string
  readonly message: string
}

/** `registry`: one of the list. */
export function lintTargets({ targets }: Registry, list: MirrorList): readonly Finding[] {
  if (targets === undefined) return []
  const configured = Object.keys(list.targets)
  const unlisted = targets.filter(target => !configured.includes(target))
  if (unlisted.length === targets.length) return [unusedFinding(unlisted, configured)]
  return unlisted.map(unlistedFinding)
}

function unusedFinding(targets: readonly string[], configured: readonly string[]): Finding {
  const tables = targets.map(target => `[targets.${target}]`).join(', ')
  const message = `no runtime gets this registry, because this list configures only ${configured.join(', ')}; add ${tables}, or change targets`
  return { code: 'registry_unused', message }
}

function unlistedFinding(target: string): Finding {
  const message = `this list does not configure ${target}; add [targets.${target}], or remove it from targets`
  return { code: 'target_not_configured', message }
}
