/** Unified diffs. The only importer of diff. */
import { loadPackage } from './load-package.ts'

const NOTHING = '/dev/null'
/** A path that diff prints without quotes. */
const PLAIN = /^[\w./:@+ -]+$/

/**
 * The difference between two texts of one file as `diff -u` prints it, without a trailing newline. Undefined is a file that
 * does not exist. Equal texts give an empty string.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return ''
  if (PLAIN.test(path)) {
    if (before === undefined && after) return `--- ${NOTHING}\n+++ ${path}\n${hunk(after, '+')}`
    if (after === undefined && before) return `--- ${path}\n+++ ${NOTHING}\n${hunk(before, '-')}`
  }
  const from = before === undefined ? NOTHING : path
  const to = after === undefined ? NOTHING : path
  const { createTwoFilesPatch }: typeof import('diff') = loadPackage('diff')
  const patch = createTwoFilesPatch(from, to, before ?? '', after ?? '', undefined, undefined, { context: 3 })
  return patch.replace(/^(Index: .*\n)?=+\n/, '').replace(/\n$/, '')
}

/** Every line of a file that is created or removed: there is nothing to compare. */
function hunk(text: string, sign: '+' | '-'): string {
  const isComplete = text.endsWith('\n')
  const lines = (isComplete ? text.slice(0, -1) : text).split('\n')
  const header = sign === '+' ? `@@ -0,0 +1,${lines.length} @@` : `@@ -1,${lines.length} +0,0 @@`
  const marker = isComplete ? [] : ['\\ No newline at end of file']
  return [header, ...lines.map(line => sign + line), ...marker].join('\n')
}
