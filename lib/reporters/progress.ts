/** One line on a terminal that says how far a probe is; nothing in a pipe, and nothing for a quick run. */
import type { Probe } from '../report.ts'
import type { Sink } from '../world.ts'

/** Time to wait before anything is drawn: most runs are over by then. */
const PATIENCE_MS = 300

export interface Progress {
  onProbe(probe: Probe): void
  /** Erases the line. */
  end(): void
}

/** `drawn` says whether the stream is a terminal that can be redrawn. */
export function progress(sink: Sink, total: number, drawn: boolean): Progress {
  if (!drawn) return { onProbe: () => {}, end: () => {} }
  let done = 0
  let unhealthy = 0
  let visible = false
  const draw = () => {
    visible = true
    const bad = unhealthy === 0 ? '' : `, ${unhealthy} unhealthy`
    sink.write(`\r\u001b[2Kprobing: ${done} of ${total}${bad}`)
  }
  const timer = setTimeout(draw, PATIENCE_MS)
  return {
    onProbe: ({ status }) => {
      done += 1
      if (status === 'unhealthy') unhealthy += 1
      if (visible) draw()
    },
    end: () => {
      clearTimeout(timer)
      if (visible) sink.write('\r\u001b[2K')
    },
  }
}
