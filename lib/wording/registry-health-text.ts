/** The health of a registry in words, the same everywhere. Pure. */
import type { RegistryHealth } from '../model/registry-health.ts'

/** `degraded (no_resolver)`, `unhealthy for containers`. */
export function registryStatusText({ status, reason, targets }: RegistryHealth): string {
  const why = reason === undefined ? '' : ` (${reason})`
  const whose = targets === undefined ? '' : ` for ${targets.join(' and ')}`
  return status + why + whose
}

/** Why it is not healthy, and what to do about it. */
export function registryCause({ reason, detail = '' }: RegistryHealth): string {
  const remedy = reason === undefined ? '' : `; ${REMEDIES[reason]}`
  return detail + remedy
}

/** `unhealthy: no mirror and no server is healthy`. */
export function registryStatement(health: RegistryHealth): string {
  return `${registryStatusText(health)}: ${registryCause(health)}`
}

/** `docker.io is unhealthy: no mirror and no server is healthy`. */
export function registrySentence(health: RegistryHealth): string {
  return `${health.registry} is ${registryStatement(health)}`
}

/** What happens when no endpoint works. */
export const EVERY_MIRROR = 'regmirror writes every mirror of the list'

const REMEDIES: Readonly<Record<NonNullable<RegistryHealth['reason']>, string>> = {
  no_resolver: 'add "resolve" to capabilities of a mirror that you trust',
}
