/** Whether pulls of a registry by tag work, as far as its endpoints were probed. Imports nothing. */
export interface RegistryHealth {
  readonly registry: string
  readonly status: 'healthy' | 'degraded' | 'unhealthy' | 'unknown'
  /** The targets that it is so for, where it is better for others; absent: it is the same for every target that has it. */
  readonly targets?: readonly string[]
  /** `no_resolver`: pulls by digest work, pulls by tag fail. Readers must accept reasons they do not know. */
  readonly reason?: 'no_resolver'
  /** Why it is not healthy, in one sentence for a person. */
  readonly detail?: string
}

export interface JudgedRegistries {
  /** Those that were probed, in the order of the list. */
  readonly registries: readonly RegistryHealth[]
  /** Registries that fail the check, because no pull by tag is known to work. */
  readonly unhealthy: readonly string[]
}
