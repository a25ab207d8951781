/** A list as a text that a person goes on to edit. Pure. */
import { keyText, tableHeader, valueText } from '../formats/toml/text.ts'
import type { WrittenConnection, WrittenMirror } from './written.ts'

/** A list with its comments. */
export interface CommentedList {
  /** Lines at its beginning. */
  readonly comments: readonly string[]
  readonly defaults: WrittenConnection & Pick<WrittenMirror, 'capabilities'>
  readonly registries: readonly CommentedRegistry[]
}

export interface CommentedRegistry {
  readonly name: string
  readonly mirrors: readonly CommentedMirror[]
  readonly canary: string | undefined
}

export interface CommentedMirror {
  readonly mirror: string | WrittenMirror
  readonly comment: string
}

export function formatList({ comments, defaults, registries }: CommentedList): string {
  const parts = [
    [...comments.map(line => `# ${line}`)],
    ['version = 1'],
    [
      tableHeader(['defaults']),
      ...Object.entries(defaults).map(([key, value]) => `${key} = ${inline(value)}`),
    ],
    ...registries.map(registryLines),
  ]
  return `${parts.map(lines => lines.join('\n')).join('\n\n')}\n`
}

function registryLines({ name, mirrors, canary }: CommentedRegistry): readonly string[] {
  return [
    tableHeader(['registries', name]),
    'mirrors = [',
    ...mirrors.map(({ mirror, comment }) => `  ${inline(mirror)},  # ${comment}`),
    ']',
    ...(canary === undefined ? [] : [`canary = ${inline(canary)}`]),
  ]
}

/** A value of a list on one line. */
function inline(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean') return valueText(value)
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  const pairs = Object.entries(value ?? {}).map(([key, below]) => `${keyText(key)} = ${inline(below)}`)
  return `{ ${pairs.join(', ')} }`
}
