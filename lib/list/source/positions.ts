/** From key paths to lines and columns. Pure. */

import type { Position, Source } from '../../formats/parsed.ts'
import type { Issue } from '../../model/errors.ts'
import type { Path, Problem } from '../../model/problem.ts'
import type { Place } from '../../model/registry.ts'

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

interface LazyPlace extends Place {
  readonly at: Path
}

/**
 * Makes the places of a list: of a table, where its key stands. Line and column are found when they are read: of a list
 * without findings, no place is shown. The places share these properties, because a large list has one for each mirror.
 */
export function openPlaces(source: Source, file: string): (at: Path) => Place {
  const find = (at: Path) => positionOf(source, at, typeof at.at(-1) === 'string')
  const shared: Place & ThisType<LazyPlace> = {
    file,
    get line() {
      return find(this.at).line
    },
    get column() {
      return find(this.at).column
    },
  }
  return at => {
    const place = Object.create(shared)
    place.at = at
    return place
  }
}

/** A missing key has the position of the table that it is missing from. */
function positionOf(source: Source, at: Path, atKey = false): Position {
  if (at.length === 0) return { line: 1, column: 1 }
  const own = atKey ? source.locateKey(at) : source.locate(at)
  return own ?? positionOf(source, at.slice(0, -1), atKey)
}
