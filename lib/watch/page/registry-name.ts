/** How the status page names and links a registry. Pure. */
import type { RegistryStatus, WatchStatus } from '../serve/status.ts'

/** The id of its section. */
export function registryAnchor({ registries }: WatchStatus, registry: RegistryStatus): string {
  return `registry-${registries.indexOf(registry) + 1}`
}

export function registryTitle({ name }: RegistryStatus): string {
  return name === '*' ? '* (every other registry)' : name
}

/** The address of the page with the file of that registry open. */
export function addressWithFile({ name }: RegistryStatus): string {
  return `./?open=${encodeURIComponent(name)}`
}
