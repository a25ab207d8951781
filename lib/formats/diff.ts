/** Unified diffs. The only importer of diff. */
import { createTwoFilesPatch } from 'diff'

const NOTHING = '/dev/null'

/**
 * The difference between two texts of one file as `diff -u` prints it, without a trailing newline. Undefined is a file that
 * does not exist. Equal texts give an empty string.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return ''
  const from = before === undefined ? NOTHING : path
  const to = after === undefined ? NOTHING : path
  const patch = createTwoFilesPatch(from, to, before ?? '', after ?? '', undefined, undefined, { context: 3 })
  return patch.replace(/^(Index: .*\n)?=+\n/, '').replace(/\n$/, '')
}
