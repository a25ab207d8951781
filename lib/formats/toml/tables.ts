/** The parts of a TOML text that define a table: its headers with what is below them, and keys in other tables. Pure. */
import type { Edit } from '../edit.ts'
import { lineEnd, lineStart, wholeLines } from '../lines.ts'
import { pairRemoval } from './find-removal.ts'
import { flatten, startsWith } from './pairs.ts'
import type { TomlAst, TomlTable } from './tree-parser.ts'

/** A part of a text, as the edit that removes it. `isSection`: it starts with a header, so it can stand anywhere. */
export type Part = Edit & { readonly isSection: boolean }

/** In the order of the text. */
export function findParts(text: string, ast: TomlAst, path: readonly string[]): readonly Part[] {
  const parts: Part[] = []
  for (const item of ast.body[0].body) {
    const end = parts.at(-1)?.end
    if (item.type === 'TOMLTable' && startsWith(item.resolvedKey, path)) parts.push(section(text, item, end))
  }
  return [...parts, ...keyParts(text, ast, path)].sort((a, b) => a.at - b.at)
}

/** Keys of the table in tables above it, each with its own lines. */
function keyParts(text: string, ast: TomlAst, path: readonly string[]): readonly Part[] {
  const pairs = flatten(ast).filter(pair => pair.tableLength < path.length && startsWith(pair.path, path))
  const outer = pairs.filter(({ node }) => !pairs.some(other => other.node.value === node.parent))
  return outer.map(pair => ({ ...pairRemoval(text, ast, pair, false), isSection: false }))
}

/** A header with all its keys, the comments of it alone, and one empty line above. `removedTo`: the end of the part before. */
function section(text: string, table: TomlTable, removedTo: number | undefined): Part {
  const last = table.body.at(-1)?.range[1] ?? table.key.range[1]
  const start = commentStart(text, lineStart(text, table.range[0]), removedTo)
  const hasGap = start !== removedTo && /(^|\n)\r?\n$/.test(text.slice(0, start))
  const from = hasGap ? lineStart(text, start - 1) : start
  return { ...wholeLines(text, from, lineEnd(text, last)), isSection: true }
}

/**
 * Where the comment lines directly above a header start. They stay if a line of something else touches them, or the start
 * of the file: then they may be about that.
 */
function commentStart(text: string, header: number, removedTo: number | undefined): number {
  let start = header
  while (start > 0 && start !== removedTo && isComment(text, lineStart(text, start - 1)))
    start = lineStart(text, start - 1)
  if (start === header || start === removedTo) return start
  const above = start === 0 ? undefined : text.slice(lineStart(text, start - 1), start)
  return above?.trim() === '' ? start : header
}

function isComment(text: string, line: number): boolean {
  return /^[ \t]*#/.test(text.slice(line, lineEnd(text, line)))
}
