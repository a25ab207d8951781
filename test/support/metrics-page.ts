/** The metrics of a page as Prometheus reads it. */

interface PageSample {
  readonly name: string
  /** Names of its labels, sorted. */
  readonly labels: readonly string[]
}

function samplesOnPage(page: string): readonly PageSample[] {
  return page
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? []
      const values = labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)
      return { name, labels: [...values].map(([, label = '']) => label).sort() }
    })
}

/** Names with their labels and type, as they are on the page. */
export function metricsOnPage(page: string): ReadonlyMap<string, string> {
  const types = new Map(
    [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  )
  return new Map(
    samplesOnPage(page).map(({ name, labels }) => [name, `${types.get(name)} ${labels.join(' ')}`.trim()]),
  )
}

/** The same from the table of docs/metrics.md, for the metrics of that command. */
export function metricsInReference(document: string, command: string): ReadonlyMap<string, string> {
  const rows = document.matchAll(/^\| `(regmirror_\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \|/gm)
  return new Map(
    [...rows]
      .filter(([, , , , exported = '']) => exported.includes(command))
      .map(([, name = '', type, labels = '']) => {
        const sorted = [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort()
        return [name, `${type} ${sorted.join(' ')}`.trim()]
      }),
  )
}
