/** What a stream is able to show: colour, width, and whether it can be drawn over. */
import type { Sink, World } from '../model/world.ts'
import { type Paint, paint } from './paint.ts'

export interface Page {
  readonly paint: Paint
  /** Columns that a line may take. */
  readonly width: number
  /** Whether lines are made to fit that width: for a terminal, not for what a program may search. */
  readonly wrapped: boolean
}

/** How wide a page is where no terminal says it. */
const WIDTH = 110

export function pageOf(sink: Sink, env: World['env']): Page {
  return {
    paint: paint(coloured(sink, env)),
    // Some terminals say 0 and mean that they do not know.
    width: sink.columns || WIDTH,
    wrapped: sink.isTTY === true && Boolean(sink.columns),
  }
}

/** Whether what was written can be drawn over. */
export function isDrawable({ isTTY, columns, rows }: Sink, { TERM }: World['env']): boolean {
  return isTTY === true && Boolean(columns && rows) && TERM !== 'dumb'
}

/** NO_COLOR wins over everything, FORCE_COLOR over the stream (no-color.org, force-color.org). */
function coloured(sink: Sink, env: World['env']): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return sink.isTTY === true && env.TERM !== 'dumb'
}
