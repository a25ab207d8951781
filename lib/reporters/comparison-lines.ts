/** Mirrors that were compared, and the fastest of each registry. Pure. */
import { listUrl } from '../model/list-url.ts'
import type { Probe, ProbeReport } from '../model/report.ts'
import { printable } from '../wording/printable.ts'
import { probeTable } from './probe-table.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

export function comparisonLines(
  { probes, fastest = [] }: Pick<ProbeReport, 'probes' | 'fastest'>,
  page: TerminalStyle,
): readonly string[] {
  const groups = [...Map.groupBy(probes, ({ registry }) => registry)]
  const show = (text: string, colour: 'green' | 'red') =>
    fitted(printable(text), page, '  ').map(line => page.paint(colour, line))
  const isServed = (registry: string) => fastest.some(one => one.registry === registry)
  // Where a registry has a single mirror that serves, its row is the verdict.
  const compared = groups.filter(
    ([registry, own]) => isServed(registry) && (groups.length === 1 || own.length > 1),
  )
  const verdicts = compared.flatMap(([registry, [first]]) =>
    first === undefined
      ? []
      : show(`${groups.length === 1 ? '' : `${registry}: `}${fastestText(first)}`, 'green'),
  )
  const none = groups.flatMap(([registry]) => (isServed(registry) ? [] : [registry]))
  const unserved = groups.length === 1 ? 'no mirror serves' : `no mirror serves ${none.join(', ')}`
  return [...probeTable(probes, page), ...verdicts, ...(none.length === 0 ? [] : show(unserved, 'red'))]
}

/** Of the first probe of a registry: the fastest comes first. */
function fastestText({ depth, url, latency_ms, pull_50mb_s }: Probe): string {
  const verb = depth === 'ping' ? 'responds' : 'serves'
  const latency = latency_ms === undefined ? '' : ` (${latency_ms.median.toFixed(0)} ms)`
  const measured = pull_50mb_s === undefined ? latency : ` (50 MB in ${pull_50mb_s.toFixed(1)} s)`
  return `fastest that ${verb}: ${listUrl(url)}${measured}`
}
