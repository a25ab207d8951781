/** The flags of a command, as a man page lists them. Pure. */

import { isOnByDefault } from '../../../lib/commands/completion/words.ts'
import {
  dashedFlags,
  describe,
  type Flag,
  type Flags,
  operandOf,
  placeholder,
  typedName,
} from '../../../lib/commands/flag-types.ts'
import { bold, italic, item, type Lines, paragraph, sentence } from './roff.ts'

export function flagItems(flags: Flags): Lines {
  return dashedFlags(flags).flatMap(([name, flag]) =>
    item(flagTerm(name, flag), paragraph(sentence(describe(flag)))),
  )
}

/** `-f FILE, --file=FILE`, as GNU programs write it. */
function flagTerm(name: string, flag: Flag<unknown>): string {
  const long = bold(`--${isOnByDefault(flag) ? 'no-' : ''}${typedName(name)}`)
  const value = placeholder(flag)
  if (value === undefined) return long
  const short = flag.alias === undefined ? '' : `${bold(`-${flag.alias}`)} ${italic(value)}, `
  return `${short}${long}${flag.bare ? `[=${italic(value)}]` : `=${italic(value)}`}`
}

/** What a command takes besides flags: its place in the synopsis, and its meaning. */
export function operandSynopsis(flags: Flags): string {
  const operand = operandOf(flags)
  return operand === undefined ? '' : ` [${italic(operand.toUpperCase())}]...`
}

export function operandItems(flags: Flags): Lines {
  return Object.entries(flags)
    .filter(([, { operand }]) => operand)
    .flatMap(([name, { help }]) => item(italic(name.toUpperCase()), paragraph(sentence(help))))
}
