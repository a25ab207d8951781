/** Prints a report: its result to stdout, notices and errors to stderr. */

import type { Report } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { jsonReport } from './json.ts'
import { pageOf } from './page.ts'
import { prometheusPage } from './prometheus.ts'
import { textReport } from './text.ts'

export type Format = 'text' | 'json' | 'prometheus'

export function print(report: Report, format: Format, world: World): void {
  if (format === 'json') {
    world.stdout.write(jsonReport(report))
    return
  }
  const isMetrics = format === 'prometheus' && report.kind === 'probe'
  const { result } = isMetrics
    ? { result: prometheusPage(report, world.now()) }
    : textReport(report, pageOf(world.stdout, world.env))
  const { notices } = textReport(report, pageOf(world.stderr, world.env))
  if (notices !== '') world.stderr.write(notices)
  if (result !== '') world.stdout.write(result)
}
