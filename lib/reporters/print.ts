/** Puts a report on the streams: the answer on stdout, what goes with it on stderr. */

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
  const metrics = format === 'prometheus' && report.kind === 'probe'
  const { answer } = metrics
    ? { answer: prometheusPage(report, world.now()) }
    : textReport(report, pageOf(world.stdout, world.env))
  const { story } = textReport(report, pageOf(world.stderr, world.env))
  if (story !== '') world.stderr.write(story)
  if (answer !== '') world.stdout.write(answer)
}
