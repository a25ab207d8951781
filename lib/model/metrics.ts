/** Every metric that regmirror exports: its name, type, labels and meaning. docs/metrics.md is made from these tables. */
import { ENDPOINT_METRICS } from './endpoint-metrics.ts'
import { WATCHER_METRICS } from './watcher-metrics.ts'

export const METRICS = { ...WATCHER_METRICS, ...ENDPOINT_METRICS } as const

export type MetricName = keyof typeof METRICS

/** The labels of a sample of that metric: these and no others. */
export type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name]['labels'][number], string>
>
