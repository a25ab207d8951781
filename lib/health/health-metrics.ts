/** The metrics of health that `probe` and `watch` export under the same names. Pure. */
import type { Metric, Sample } from '../formats/prometheus-text.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import { type Health, isUsable } from './health.ts'

export interface EndpointHealth {
  readonly labels: { readonly registry: string; readonly url: string; readonly role: 'mirror' | 'server' }
  /** Undefined: unknown. */
  readonly health: Health | undefined
}

export function endpointUpMetric(endpoints: readonly EndpointHealth[]): Metric {
  return {
    name: 'regmirror_up',
    help: '1 if the endpoint is healthy or degraded, 0 if it is unhealthy or rate limited (429); absent while unknown.',
    samples: endpoints.map(({ labels, health }): Sample => [labels, health && Number(isUsable(health))]),
  }
}

export function registryMetrics(registries: readonly RegistryHealth[]): readonly Metric[] {
  return [
    {
      name: 'regmirror_registry_up',
      help: '1 if pulls by tag work: a healthy or degraded endpoint may resolve tags and serve content. 0 if not; absent while unknown.',
      samples: registries.map(({ registry, status }) => [
        { registry },
        status === 'unknown' ? undefined : Number(status === 'healthy'),
      ]),
    },
    {
      name: 'regmirror_registry_status',
      help: 'Always 1; status and reason are in the labels. no_resolver: no healthy endpoint may resolve tags.',
      samples: registries.map(({ registry, status, reason = '' }) => [{ registry, status, reason }, 1]),
    },
  ]
}

/** Of mirrors and servers. */
export const CERTIFICATE_EXPIRY = {
  name: 'regmirror_certificate_expiry_timestamp_seconds',
  help: 'Expiry time of the certificate of the endpoint, Unix seconds.',
} as const
