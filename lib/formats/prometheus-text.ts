/** The text exposition format 0.0.4 of Prometheus. Pure. */
import { type LabelsOf, METRICS, type MetricName } from '../model/metrics.ts'

type Labels = Readonly<Record<string, string>>

/** A sample without a finite value is omitted. */
export type Sample<Own extends Labels = Labels> = readonly [labels: Own, value: number | undefined]

export interface Metric {
  readonly name: MetricName
  readonly samples: readonly Sample[]
}

/** Its samples have the labels that the table of metrics names. */
export function metric<Name extends MetricName>(
  name: Name,
  samples: readonly Sample<LabelsOf<Name>>[],
): Metric {
  return { name, samples }
}

/** Every metric that has a sample, with its help and type; ends in a newline. */
export function formatMetrics(metrics: readonly Metric[]): string {
  return metrics
    .flatMap(metricLines)
    .map(line => `${line}\n`)
    .join('')
}

/** Samples of each item, which has labels of its own. */
export function eachOf<Item, Common extends Labels>(
  items: readonly Item[],
  labelsOf: (item: Item) => Common,
) {
  return <Own extends Labels>(samplesOf: (item: Item) => readonly Sample<Own>[]) =>
    items.flatMap(item =>
      samplesOf(item).map(
        ([labels, value]): Sample<Common & Own> => [{ ...labelsOf(item), ...labels }, value],
      ),
    )
}

/** The samples of a metric that has no labels. */
export function one(value: number | undefined): readonly Sample<Readonly<Record<never, string>>>[] {
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

function metricLines({ name, samples }: Metric): readonly string[] {
  const { help, type } = METRICS[name]
  const lines = samples.flatMap(([labels, value]) =>
    value === undefined || !Number.isFinite(value) ? [] : [`${name}${labelText(labels)} ${value}`],
  )
  return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines]
}

/** Labels that are not written while they are empty. */
const OMITTED: readonly string[] = ['targets']

function labelText(labels: Labels): string {
  const shown = Object.entries(labels).filter(([key, text]) => text !== '' || !OMITTED.includes(key))
  const pairs = shown.map(([key, text]) => `${key}="${escaped(text)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
