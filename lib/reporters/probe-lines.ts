/** Probes as text, and the registries that are not healthy. Pure. */
import type { RegistryHealth } from '../model/registry-health.ts'
import type { Preflight } from '../model/report.ts'
import { printable } from '../wording/printable.ts'
import { registrySentence, registryStatement } from '../wording/registry-health-text.ts'
import { probeTable } from './probe-table.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

/** Of more registries with the same health, this many are named. */
const SHOWN = 3

/** The table of probes, and the registries that are not healthy. */
export function probeLines(
  { probes = [], registries = [], unhealthy = [] }: Preflight,
  page: TerminalStyle,
): readonly string[] {
  const failing = new Set(unhealthy)
  const show = (sentence: string, about: readonly RegistryHealth[]) => {
    const colour = about.some(({ registry }) => failing.has(registry)) ? 'red' : 'yellow'
    return fitted(printable(sentence), page).map(line => page.paint(colour, line))
  }
  const groups = Map.groupBy(
    registries.filter(({ status }) => status !== 'healthy'),
    registryStatement,
  )
  const lines = [...groups].flatMap(([statement, group]) =>
    group.length > SHOWN
      ? show(`${firstNames(group)} are ${statement}`, group)
      : group.flatMap(one => show(registrySentence(one), [one])),
  )
  return [...probeTable(probes, page), ...lines]
}

function firstNames(group: readonly RegistryHealth[]): string {
  const names = group.slice(0, SHOWN).map(({ registry }) => registry)
  return `${names.join(', ')} and ${group.length - SHOWN} more`
}

export function probesAbove(report: Preflight, page: TerminalStyle): readonly string[] {
  return report.probes === undefined ? [] : [...probeLines(report, page), '']
}

export function probesBelow(report: Preflight, page: TerminalStyle): readonly string[] {
  return report.probes === undefined ? [] : ['', ...probeLines(report, page)]
}
