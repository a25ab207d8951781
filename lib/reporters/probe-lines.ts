/** Probes as text, and the registries that are not healthy. Pure. */
import type { RegistryHealth } from '../model/registry-health.ts'
import type { Preflight } from '../model/report.ts'
import { printable } from '../wording/printable.ts'
import { registriesSentence, registrySentence } from '../wording/registry-health-text.ts'
import { probeTable } from './probe-table.ts'
import type { TerminalStyle } from './terminal.ts'
import { wrap } from './wrap.ts'

/** Of more registries with the same health, this many are named. */
const SHOWN = 3

/** The table of probes, and the registries that are not healthy. */
export function probeLines(
  { probes = [], registries = [], unhealthy = [] }: Preflight,
  page: TerminalStyle,
): readonly string[] {
  const lines = groupBySentence(registries.filter(({ status }) => status !== 'healthy')).flatMap(group => {
    const colour = group.some(({ registry }) => unhealthy.includes(registry)) ? 'red' : 'yellow'
    return sentenceLines(groupSentence(group), page).map(line => page.paint(colour, line))
  })
  return [...probeTable(probes, page), ...lines]
}

/** Registries for which the same is true; up to three of them have a sentence each. */
function groupBySentence(registries: readonly RegistryHealth[]): readonly (readonly RegistryHealth[])[] {
  const groups = Map.groupBy(registries, health => registrySentence({ ...health, registry: '' }))
  return [...groups.values()].flatMap(group =>
    group.length > SHOWN ? [group] : group.map(health => [health]),
  )
}

function groupSentence(group: readonly RegistryHealth[]): string {
  const [first] = group
  if (first === undefined) return ''
  if (group.length === 1) return registrySentence(first)
  const names = group.slice(0, SHOWN).map(({ registry }) => registry)
  const count = group.length - SHOWN
  return registriesSentence(`${names.join(', ')} and ${count} more`, first)
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
