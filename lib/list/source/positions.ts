/** From key paths to lines and columns. Pure. */
import type { Issue } from '../../model/errors.ts'
import type { Path, Problem } from '../../model/problem.ts'
import type { Place } from '../../model/registry.ts'
import type { Position, Source } from './parsed.ts'

const MAX_ISSUES = 100

/** In the order of the text. A file that is no list at all must not fill the terminal. */
export function issuesOf(problems: readonly Problem[], source: Source, file: string): readonly Issue[] {
  const issues = problems
    .slice(0, MAX_ISSUES)
    .map(({ path: at, atKey, message, hint }) => ({ file, ...positionOf(source, at, atKey), message, hint }))
    .sort((a, b) => a.line - b.line || a.column - b.column)
  const more = problems.length - issues.length
  return more > 0 ? [...issues, { file, message: `and ${more} more problems` }] : issues
}

/** Of a table, where its key stands. Found when it is read: of a list without findings, no place is shown. */
export function placeOf(source: Source, file: string, at: Path): Place {
  const find = () => positionOf(source, at, typeof at.at(-1) === 'string')
  return {
    file,
    get line() {
      return find().line
    },
    get column() {
      return find().column
    },
  }
}

/** A missing key has the position of the table that it is missing from. */
function positionOf(source: Source, at: Path, atKey = false): Position {
  if (at.length === 0) return { line: 1, column: 1 }
  const own = atKey ? source.locateKey(at) : source.locate(at)
  return own ?? positionOf(source, at.slice(0, -1), atKey)
}
