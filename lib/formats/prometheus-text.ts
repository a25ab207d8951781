/** The text exposition format 0.0.4 of Prometheus. Pure. */

type Labels = Readonly<Record<string, string>>

/** A sample without a finite value is omitted. */
export type Sample = readonly [labels: Labels, value: number | undefined]

export interface Metric {
  readonly name: string
  readonly help: string
  /** A gauge if omitted. */
  readonly type?: 'gauge' | 'counter'
  readonly samples: readonly Sample[]
}

/** Every metric that has a sample, with its help and type; ends in a newline. */
export function formatMetrics(metrics: readonly Metric[]): string {
  return metrics
    .flatMap(metricLines)
    .map(line => `${line}\n`)
    .join('')
}

/** The samples of a metric that has no labels. */
export function one(value: number | undefined): readonly Sample[] {
  return [[{}, value]]
}

/** Seconds without the noise of binary fractions. */
export function seconds(ms: number): number {
  return Number((ms / 1000).toPrecision(9))
}

/** A time in whole seconds since 1970. */
export function timestamp(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms / 1000)
}

function metricLines({ name, help, type = 'gauge', samples }: Metric): readonly string[] {
  const lines = samples.flatMap(([labels, value]) =>
    value === undefined || !Number.isFinite(value) ? [] : [`${name}${labelText(labels)} ${value}`],
  )
  return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines]
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
