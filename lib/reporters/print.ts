/** Prints a report: the result on stdout, notices and errors on stderr. */
import type { Report } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { jsonReport } from './json.ts'
import { prometheusPage } from './prometheus.ts'
import { detectTerminalStyle } from './terminal.ts'
import { textReport } from './text.ts'

export type OutputFormat = 'text' | 'json' | 'prometheus'

export function print(report: Report, format: OutputFormat, world: World): void {
  if (format === 'json') {
    world.stdout.write(jsonReport(report))
    return
  }
  const { stdout, stderr } = textReport(report, {
    stdout: detectTerminalStyle(world.stdout, world.env),
    stderr: detectTerminalStyle(world.stderr, world.env),
  })
  if (stderr !== '') world.stderr.write(stderr)
  const isMetrics = format === 'prometheus' && report.kind === 'probe'
  const result = isMetrics ? prometheusPage(report, world.now()) : stdout
  if (result !== '') world.stdout.write(result)
}
