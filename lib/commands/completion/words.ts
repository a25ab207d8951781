/** What a shell can complete after `regmirror`: commands, their flags, and the values of these. Pure. */
import type { AnyCommand } from '../command.ts'
import { describe, type Flag, typedName, type ValueKind } from '../flag-types.ts'

/** The names that a list and `init` know. */
export type KnownNames = Readonly<Record<'preset' | 'runtime', readonly string[]>>

export interface CommandWords {
  readonly name: string
  readonly summary: string
  readonly flags: readonly FlagWords[]
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
    flags: Object.entries(flags).map(([flag, about]) => flagWords(typedName(flag), about, names)),
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
  if (kind === 'preset' || kind === 'runtime') return names[kind]
  return kind === 'file' || kind === 'directory' ? kind : 'text'
}
