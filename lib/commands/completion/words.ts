/** What a shell can complete after `regmirror`: commands, their flags, and the values of these. Pure. */
import type { AnyCommand } from '../command.ts'
import { dashedFlags, describe, type Flag, typedName } from '../flag-types.ts'
import type { ValueKind } from '../value-kind.ts'

/** The names of each kind that regmirror knows. */
export type KnownNames = Readonly<Record<'preset' | 'registry' | 'runtime' | 'template', readonly string[]>>

export interface CommandWords {
  readonly name: string
  readonly summary: string
  readonly flags: readonly FlagWords[]
  /** What it takes besides flags. */
  readonly operands: readonly string[]
}

export interface FlagWords {
  /** As it is typed, without dashes: `lock-timeout`, `no-probe`. */
  readonly name: string
  readonly alias?: string
  readonly help: string
  readonly repeatable: boolean
  /** Whether it may be given without its value. */
  readonly bare: boolean
  readonly value: Value
}

/** A value to complete: words, names of files or of directories, or a text that only the user knows. */
export type Value = 'none' | 'text' | 'file' | 'directory' | readonly string[]

export function commandWords(commands: readonly AnyCommand[], names: KnownNames): readonly CommandWords[] {
  return commands.map(({ name, summary, flags }) => ({
    name,
    summary,
    flags: dashedFlags(flags).map(([flag, about]) => flagWords(typedName(flag), about, names)),
    operands: Object.values(flags).flatMap(({ operand, choices }) => (operand ? (choices ?? []) : [])),
  }))
}

export const HELP: FlagWords = {
  ...{ name: 'help', alias: 'h', help: 'show this help', repeatable: false, bare: false, value: 'none' },
}

export const VERSION: FlagWords = {
  ...{ name: 'version', help: 'show the version', repeatable: false, bare: false, value: 'none' },
}

function flagWords(name: string, flag: Flag<unknown>, names: KnownNames): FlagWords {
  return {
    name: isOnByDefault(flag) ? `no-${name}` : name,
    ...(flag.alias !== undefined && { alias: flag.alias }),
    help: describe(flag),
    repeatable: flag.repeatable ?? false,
    bare: flag.bare ?? false,
    value: valueWords(flag, names),
  }
}

/** A toggle with a default is one that users switch off. */
export function isOnByDefault({ type, default: fallback }: Flag<unknown>): boolean {
  return type === 'boolean' && fallback !== undefined
}

function valueWords({ type, choices, kind }: Flag<unknown>, names: KnownNames): Value {
  if (type === 'boolean') return 'none'
  return choices ?? (kind === undefined ? 'text' : valueOfKind(kind, names))
}

function valueOfKind(kind: ValueKind, names: KnownNames): Value {
  if (kind === 'file' || kind === 'directory') return kind
  return kind === 'address' || kind === 'duration' ? 'text' : names[kind]
}
