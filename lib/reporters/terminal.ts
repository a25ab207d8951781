/** What a stream can show: colour, width, and whether its lines can be erased. */
import type { Sink, World } from '../model/world.ts'
import { type Paint, paint } from './paint.ts'

export interface TerminalStyle {
  readonly paint: Paint
  /** Columns of a line. */
  readonly width: number
  /** Whether lines are cut to that width: on a terminal, but not in a pipe, where a program may search them. */
  readonly wrapped: boolean
}

/** Without a terminal. */
const WIDTH = 110

export function detectTerminalStyle(sink: Sink, env: World['env']): TerminalStyle {
  return {
    paint: paint(hasColours(sink, env)),
    // Some terminals report 0 where they do not know their width.
    width: sink.columns || WIDTH,
    wrapped: sink.isTTY === true && Boolean(sink.columns),
  }
}

/** Whether lines that were written can be erased. */
export function isDrawable({ isTTY, columns, rows }: Sink, { TERM }: World['env']): boolean {
  return isTTY === true && Boolean(columns && rows) && TERM !== 'dumb'
}

/** NO_COLOR has priority over FORCE_COLOR, and that over the stream (no-color.org, force-color.org). */
function hasColours(sink: Sink, env: World['env']): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return sink.isTTY === true && env.TERM !== 'dumb'
}
