/** Reports as text for people. Pure. */

import type { ErrorReport } from '../model/error-report.ts'
import type { CatalogReport, InitReport, TemplateReport } from '../model/init-report.ts'
import type { Report, ValidateReport } from '../model/report.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import { catalogLines } from './catalog-lines.ts'
import { comparisonLines } from './comparison-lines.ts'
import { doctorLines } from './doctor-lines.ts'
import { explainLines } from './explain-lines.ts'
import { lossLines } from './loss-lines.ts'
import { allNotices, conflictLines, errorLines } from './message-lines.ts'
import { applyLines, doneLines, fixLines, planLines } from './plan-lines.ts'
import { probeLines, probesAbove } from './probe-lines.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'
import { writtenLines } from './written-lines.ts'

/** Text for each stream: the result, and what goes with it. Each ends in a newline or is empty. */
export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/** How each stream shows it. */
export interface Pages {
  readonly stdout: TerminalStyle
  readonly stderr: TerminalStyle
}

export function textReport(report: Report, pages: Pages): Printed {
  if (report.kind === 'init') return initReport(report, pages.stderr)
  if (report.kind === 'template') return templateReport(report)
  if (report.kind === 'catalog') return { stdout: textOf(catalogLines(report, pages.stdout)), stderr: '' }
  if (report.kind === 'error') return { stdout: '', stderr: textOf(errorLines(report, pages.stderr)) }
  return {
    stdout: textOf(resultLines(report, pages.stdout)),
    stderr: textOf([
      ...allNotices(report, pages.stderr),
      ...conflictLines(report, pages.stderr),
      ...writtenLines(report, pages.stderr),
    ]),
  }
}

function resultLines(
  report: Exclude<Report, InitReport | TemplateReport | CatalogReport | ErrorReport>,
  page: TerminalStyle,
): readonly string[] {
  switch (report.kind) {
    case 'plan':
      return [
        ...probesAbove(report, page),
        ...lossLines(report, page),
        ...(report.conflicts ? [] : planLines(report, page)),
      ]
    case 'apply':
      return report.refused ? probeLines(report, page) : applyLines(report, page)
    case 'restore':
      return (report.check ? planLines : doneLines)(report, page)
    case 'probe':
      return report.fastest === undefined ? probeLines(report, page) : comparisonLines(report, page)
    case 'validate':
      return validateLines(report, page)
    case 'explain':
      return explainLines(report, page)
    case 'doctor':
      return [...fixLines(report, page), ...doctorLines(report, page)]
    case 'import':
      return report.file === undefined ? report.list.trimEnd().split('\n') : []
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('')
}

function initReport(report: InitReport, page: TerminalStyle): Printed {
  const found = detectedLines(report, page)
  if (report.file === undefined) return { stdout: report.list, stderr: textOf(found) }
  return { stdout: '', stderr: textOf([...found, ...writtenLines(report, page)]) }
}

function detectedLines({ detected }: InitReport, page: TerminalStyle): readonly string[] {
  if (detected === undefined) return []
  const names = detected.map(({ what, file }) => `${what} (${file})`).join(', ')
  const none = 'found no runtime on this node, so the list has no [targets] and configures containerd'
  return fitted(printable(names === '' ? none : `found ${names}`), page, '  ')
}

function templateReport({ written, files }: TemplateReport): Printed {
  if (written === undefined) return { stdout: files.map(({ text }) => text).join(''), stderr: '' }
  return { stdout: '', stderr: textOf(files.map(({ path }) => `wrote ${path}`)) }
}

function validateLines(report: ValidateReport, page: TerminalStyle): readonly string[] {
  const table = lossLines(report, page)
  if (report.conflicts) return table
  const registries = plural(report.registries, 'registry', 'registries')
  const mirrors = plural(report.mirrors, 'mirror', 'mirrors')
  return [...table, ...fitted(`${report.file}: valid (${registries}, ${mirrors})`, page, '  ')]
}
