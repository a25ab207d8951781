/** The metrics of health that `probe` and `watch` export under the same names. Pure. */
import { eachOf, type Metric, metric, one } from '../formats/prometheus-text.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import { type Health, isUsable } from './health.ts'

export interface EndpointHealth {
  readonly labels: {
    readonly registry: string
    readonly url: string
    readonly role: 'mirror' | 'server'
    readonly targets: string
  }
  /** Undefined: unknown. */
  readonly health: Health | undefined
}

/** Empty where it is the same for every target. */
export function targetsLabel(targets: readonly string[] = []): string {
  return targets.join(',')
}

export function endpointUpMetric(endpoints: readonly EndpointHealth[]): Metric {
  return metric(
    'regmirror_up',
    endpoints.map(({ labels, health }) => [labels, health && Number(isUsable(health))]),
  )
}

export function registryMetrics(registries: readonly RegistryHealth[]): readonly Metric[] {
  const each = eachOf(registries, ({ registry }) => ({ registry }))
  return [
    metric(
      'regmirror_registry_up',
      each(({ status }) => one(status === 'unknown' ? undefined : Number(status === 'healthy'))),
    ),
    metric(
      'regmirror_registry_status',
      each(({ status, reason = '', targets }) => [[{ status, reason, targets: targetsLabel(targets) }, 1]]),
    ),
  ]
}
