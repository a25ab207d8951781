/** Puts a report on the streams: the answer on stdout, what goes with it on stderr. */

import type { Report } from '../report.ts'
import type { Sink, World } from '../world.ts'
import { jsonReport } from './json.ts'
import { paint } from './paint.ts'
import { prometheusPage } from './prometheus.ts'
import { textReport } from './text.ts'

/** How wide a page is where no terminal says it. */
const WIDTH = 110

export type Format = 'text' | 'json' | 'prometheus'

export function print(report: Report, format: Format, world: World): void {
  if (format === 'json') {
    world.stdout.write(jsonReport(report))
    return
  }
  const page = (sink: Sink) => ({
    paint: paint(coloured(sink, world.env)),
    width: sink.columns ?? WIDTH,
    wrapped: sink.isTTY === true && sink.columns !== undefined,
  })
  const metrics = format === 'prometheus' && report.kind === 'probe'
  const { answer } = metrics
    ? { answer: prometheusPage(report, world.now()) }
    : textReport(report, page(world.stdout))
  const { story } = textReport(report, page(world.stderr))
  if (story !== '') world.stderr.write(story)
  if (answer !== '') world.stdout.write(answer)
}

/** NO_COLOR wins over everything, FORCE_COLOR over the stream (no-color.org, force-color.org). */
function coloured(sink: Sink, env: World['env']): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return sink.isTTY === true && env.TERM !== 'dumb'
}
