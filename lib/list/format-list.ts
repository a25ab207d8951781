/** A list as a text that a person goes on to edit. Pure. */
import { keyText, tableHeader, valueText } from '../formats/toml/text.ts'
import type { WrittenConnection, WrittenMirror, WrittenRegistry } from './written.ts'

/** A list with its comments. */
export interface CommentedList {
  /** Lines at its beginning. */
  readonly comments: readonly string[]
  readonly defaults?: WrittenConnection & Pick<WrittenMirror, 'capabilities'>
  readonly registries: readonly CommentedRegistry[]
  /** Names of the runtimes that it configures; absent: the list names none. */
  readonly targets?: readonly string[]
}

export interface CommentedRegistry extends Omit<WrittenRegistry, 'mirrors'> {
  readonly name: string
  readonly comments?: readonly string[]
  readonly mirrors: readonly CommentedMirror[]
}

export interface CommentedMirror {
  readonly mirror: string | WrittenMirror
  /** Lines above it. */
  readonly comments?: readonly string[]
  /** At the end of its line. */
  readonly comment?: string
}

export function formatList({ comments, defaults, registries, targets = [] }: CommentedList): string {
  const parts = [
    [...comments.map(line => `# ${line}`)],
    ['version = 1'],
    defaults && [
      tableHeader(['defaults']),
      ...Object.entries(defaults).map(([key, value]) => `${key} = ${inline(value)}`),
    ],
    ...registries.map(registryLines),
    ...targets.map(name => [tableHeader(['targets', name])]),
  ]
  return `${parts.flatMap(lines => (lines ? [lines.join('\n')] : [])).join('\n\n')}\n`
}

function registryLines({ name, comments = [], mirrors, ...keys }: CommentedRegistry): readonly string[] {
  return [
    ...comments.map(line => `# ${line}`),
    tableHeader(['registries', name]),
    ...(keys.server === undefined ? [] : [`server = ${inline(keys.server)}`]),
    ...(mirrors.length === 0 && keys.server !== undefined ? [] : mirrorsLines(mirrors)),
    ...(keys.fallback === undefined ? [] : [`fallback = ${keys.fallback}`]),
    ...(keys.canary === undefined ? [] : [`canary = ${inline(keys.canary)}`]),
    ...(keys.targets === undefined ? [] : [`targets = ${inline(keys.targets)}`]),
  ]
}

/** On one line where there is nothing to explain. */
function mirrorsLines(all: readonly CommentedMirror[]): readonly string[] {
  const [only] = all
  if (only === undefined) return ['mirrors = []']
  if (all.length === 1 && !only.comments?.length && !only.comment)
    return [`mirrors = [${inline(only.mirror)}]`]
  return ['mirrors = [', ...all.flatMap(mirrorLines), ']']
}

function mirrorLines({ mirror, comments = [], comment }: CommentedMirror): readonly string[] {
  const end = comment ? `  # ${comment}` : ''
  return [...comments.map(line => `  # ${line}`), `  ${inline(mirror)},${end}`]
}

/** A value of a list on one line. */
function inline(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean') return valueText(value)
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  const pairs = Object.entries(value ?? {}).map(([key, below]) => `${keyText(key)} = ${inline(below)}`)
  return `{ ${pairs.join(', ')} }`
}
