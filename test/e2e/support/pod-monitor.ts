/**
 * The part of a PodMonitor that the manifests use, by the CustomResourceDefinition of the Prometheus operator
 * (podmonitors.monitoring.coreos.com).
 */
import type { LabelSelector, ObjectMeta } from 'kubernetes-types/meta/v1.js'

export interface PodMonitor {
  readonly apiVersion: 'monitoring.coreos.com/v1'
  readonly kind: 'PodMonitor'
  readonly metadata: ObjectMeta
  readonly spec: {
    /** The label of the pods that names the job; without it, the job is `<namespace>/<name>`. */
    readonly jobLabel?: string
    readonly selector: LabelSelector
    readonly podMetricsEndpoints: readonly {
      /** The name of a port of a container. */
      readonly port: string
      readonly path?: `/${string}`
      readonly interval?: `${number}s`
      readonly relabelings?: readonly {
        readonly sourceLabels?: readonly string[]
        readonly targetLabel?: string
        readonly action?: 'replace' | 'keep' | 'drop'
      }[]
    }[]
  }
}
