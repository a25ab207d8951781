/** Probes as text, and the registries that are not healthy. Pure. */
import type { Preflight } from '../model/report.ts'
import { printable } from '../wording/printable.ts'
import { registrySentence } from '../wording/registry-health-text.ts'
import { probeTable } from './probe-table.ts'
import type { TerminalStyle } from './terminal.ts'
import { wrap } from './wrap.ts'

/** The table of probes, and the registries that are not healthy. */
export function probeLines(
  { probes = [], registries = [], unhealthy = [] }: Preflight,
  page: TerminalStyle,
): readonly string[] {
  const lines = registries
    .filter(({ status }) => status !== 'healthy')
    .flatMap(health => {
      const colour = unhealthy.includes(health.registry) ? 'red' : 'yellow'
      return sentenceLines(registrySentence(health), page).map(line => page.paint(colour, line))
    })
  return [...probeTable(probes, page), ...lines]
}

function sentenceLines(sentence: string, { wrapped, width }: TerminalStyle): readonly string[] {
  return wrap(printable(sentence), wrapped ? width : Number.POSITIVE_INFINITY)
}

export function probesAbove(report: Preflight, page: TerminalStyle): readonly string[] {
  return report.probes === undefined ? [] : [...probeLines(report, page), '']
}

export function probesBelow(report: Preflight, page: TerminalStyle): readonly string[] {
  return report.probes === undefined ? [] : ['', ...probeLines(report, page)]
}
