/** The help of one command, readable from 60 columns on. Pure. */
import { columnsOf, padded } from '../wording/columns.ts'
import { wrap } from '../wording/wrap.ts'
import type { AnyCommand } from './command.ts'
import { dashedFlags, describe, type Flag, operandOf, placeholder, typedName } from './flag-types.ts'

type Item = readonly [term: string, text: string]

/** Below this, every explanation has lines of its own. */
const WIDE = 78

export function commandHelp(command: AnyCommand, width: number): string {
  const { name, summary, flags, groups = [], examples } = command
  const operand = operandOf(flags)
  const usage = `regmirror ${name} [options]${operand === undefined ? '' : ` [${operand.toUpperCase()}...]`}`
  const operands = operand === undefined ? [] : [[`${operand.toUpperCase()}...`, flags[operand]?.help ?? '']]
  const inGroup = new Set(groups.flatMap(([, names]) => names))
  const items = dashedFlags(flags).map(([key, flag]) => ({ key, item: flagItem(key, flag) }))
  const itemsOf = (isOwn: (key: string) => boolean) =>
    items.filter(({ key }) => isOwn(key)).map(({ item }) => item)
  const page = { width, column: width < WIDE ? 10 : 32 }
  const sections = [
    [...wrap(usage, width), '', ...wrap(summary, width)],
    operands.flatMap(([term = '', text = '']) => itemLines([term, text], page)),
    ...groups.map(([title, names]) =>
      section(
        title,
        itemsOf(key => names.includes(key)),
        page,
      ),
    ),
    section('Options', [...itemsOf(key => !inGroup.has(key)), ...COMMON], page),
    section(
      'Examples',
      examples.map(([typed, meaning]) => [`regmirror ${name} ${typed}`.trimEnd(), meaning]),
      { width, column: width < WIDE ? 10 : 42 },
    ),
  ]
  return sections
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')
}

const COMMON: readonly Item[] = [
  ['-h, --help', 'show this help'],
  ['    --version', 'show the version'],
]

function flagItem(key: string, flag: Flag<unknown>): Item {
  const value = placeholder(flag)
  const short = flag.alias === undefined ? '    ' : `-${flag.alias}, `
  const given = value === undefined ? '' : flag.bare ? `[=${value}]` : ` ${value}`
  return [`${short}--${typedName(key)}${given}`, describe(flag)]
}

interface Page {
  readonly width: number
  /** Where explanations begin. */
  readonly column: number
}

function section(title: string, items: readonly Item[], page: Page): readonly string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.flatMap(item => itemLines(item, page))]
}

/** The explanation beside the term where that leaves room for it, else below. */
function itemLines([term, text]: Item, { width, column }: Page): readonly string[] {
  const lines = wrap(text, width - column).map(line => ' '.repeat(column) + line)
  const [first = '', ...rest] = lines
  if (columnsOf(term) + 4 > column) return [`  ${term}`, ...lines]
  return [padded(`  ${term}`, column) + first.trimStart(), ...rest]
}
