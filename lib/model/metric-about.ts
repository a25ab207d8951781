/** What is said about a metric. */
export interface MetricAbout {
  readonly type: 'gauge' | 'counter'
  readonly labels: readonly string[]
  readonly help: string
  /** The commands that export it; with `probe`, that is `probe --format prometheus`. */
  readonly of: readonly ('watch' | 'probe')[]
  /** When it has no sample; nothing if it always has one for each endpoint or registry. */
  readonly absent?: string
}

export type MetricTable = Readonly<Record<string, MetricAbout>>
