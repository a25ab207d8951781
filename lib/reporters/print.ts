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
  const metrics = format === 'prometheus' && report.kind === 'probe'
  const { stdout } = metrics
    ? { stdout: prometheusPage(report, world.now()) }
    : textReport(report, detectTerminalStyle(world.stdout, world.env))
  const { stderr } = textReport(report, detectTerminalStyle(world.stderr, world.env))
  if (stderr !== '') world.stderr.write(stderr)
  if (stdout !== '') world.stdout.write(stdout)
}
