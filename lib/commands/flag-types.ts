/** What a flag is: data for the parser, the help, man pages and completions, and how its value is read. Pure. */
import { milliseconds } from '../model/duration.ts'
import { Failure } from '../model/errors.ts'
import type { ValueKind } from './value-kind.ts'

export interface Flag<Value> {
  readonly type: 'boolean' | 'number' | 'string'
  /** What the flag does: lower case, no full stop. */
  readonly help: string
  readonly alias?: string
  readonly choices?: readonly string[]
  readonly kind?: ValueKind
  /** The default, in words where it is not a constant. */
  readonly default?: string
  /** Whether the flag may be given without a value. */
  readonly bare?: boolean
  readonly repeatable?: boolean
  /** Whether it has no dashes: it takes the words of the command line that belong to no flag. */
  readonly operand?: boolean
  /** The value of what the parser found. Throws Failure `usage`. */
  read(given: unknown, flag: string): Value
}

/** Flags by name in code: `lockTimeout` is `--lock-timeout`. */
export type Flags = Readonly<Record<string, Flag<unknown>>>
export type FlagTable<Values> = { readonly [Name in keyof Values]: Flag<Values[Name]> }
export type ValuesOf<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Flag<infer Value> ? Value : never
}

/** What the parser found, by flag name as it is typed. */
export type Given = Readonly<Record<string, unknown>>

/** `lockTimeout` as it is typed, without dashes before it. */
export function typedName(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
}

/** Reads every flag of a table. Throws Failure `usage`. */
export function readFlags<Values extends object>(table: FlagTable<Values>, given: Given): Values {
  const values: Partial<Values> = {}
  for (const name in table) values[name] = table[name].read(given[typedName(name)], `--${typedName(name)}`)
  if (isComplete(values, table)) return values
  throw new Error('a flag was not read')
}

function isComplete<Values extends object>(
  values: Partial<Values>,
  table: FlagTable<Values>,
): values is Values {
  return Object.keys(table).every(name => name in values)
}

/** The flag as the help explains it: `output format: text or json (default: text)`. */
export function describe({ help, choices, repeatable, ...flag }: Flag<unknown>): string {
  const notes = [
    repeatable === true ? 'repeatable' : '',
    flag.default === undefined ? '' : `default: ${flag.default}`,
  ].filter(note => note !== '')
  const values = choices === undefined ? '' : `: ${alternatives(choices)}`
  return help + values + (notes.length === 0 ? '' : ` (${notes.join(', ')})`)
}

/** What stands for its value in the help; undefined where it takes none. */
export function placeholder({ type, kind }: Flag<unknown>): string | undefined {
  if (type === 'boolean') return undefined
  return type === 'number' ? 'NUMBER' : (kind ?? 'value').toUpperCase()
}

/** `text, json or prometheus`. */
export function alternatives(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' or $1')
}

/** Everything about a flag but its type and how it is read. */
type About = Omit<Flag<unknown>, 'type' | 'read' | 'choices' | 'repeatable'>

export function toggle(help: string): Flag<boolean> {
  return { type: 'boolean', help, read: given => given === true }
}

/** On with `--flag`, off with `--no-flag`, undefined with neither. */
export function optionalToggle(about: About): Flag<boolean | undefined> {
  return { ...about, type: 'boolean', read: given => (typeof given === 'boolean' ? given : undefined) }
}

export function text(about: About): Flag<string | undefined> {
  return { ...about, type: 'string', read: once }
}

export function texts(help: string, kind?: ValueKind): Flag<readonly string[]> {
  return {
    type: 'string',
    help,
    ...(kind !== undefined && { kind }),
    repeatable: true,
    read: given => (Array.isArray(given) ? given.map(String) : []),
  }
}

/** The words of the command line that belong to no flag. */
export function operands(help: string, choices?: readonly string[]): Flag<readonly string[]> {
  return { ...texts(help), ...(choices !== undefined && { choices }), operand: true }
}

/** The flags of a table that are typed with dashes. */
export function dashedFlags(flags: Flags): readonly (readonly [name: string, flag: Flag<unknown>])[] {
  return Object.entries(flags).filter(([, { operand }]) => !operand)
}

/** The name of the operands of a command, if it takes any. */
export function operandOf(flags: Flags): string | undefined {
  return Object.keys(flags).find(name => flags[name]?.operand)
}

export function duration(about: About): Flag<string | undefined> {
  const read = (given: unknown, flag: string) => checkedDuration(once(given, flag), flag)
  return { ...about, type: 'string', kind: 'duration', read }
}

export function durationWithDefault(help: string, fallback: string): Flag<string> {
  const { read, ...about } = duration({ help, default: fallback })
  return { ...about, read: (given, flag) => read(given, flag) ?? fallback }
}

export function choice<Choice extends string>(
  choices: readonly Choice[],
  about: About,
): Flag<Choice | undefined> {
  return {
    ...about,
    type: 'string',
    choices,
    read: (given, flag) => checkedChoice(once(given, flag), flag, choices),
  }
}

export function choiceWithDefault<Choice extends string>(
  choices: readonly Choice[],
  help: string,
  fallback: Choice,
): Flag<Choice> {
  const { read, ...about } = choice(choices, { help, default: fallback })
  return { ...about, read: (given, flag) => read(given, flag) ?? fallback }
}

/** Undefined where the flag is absent, `fallback` where it has no value. */
export function choiceOrBare<Choice extends string>(
  choices: readonly Choice[],
  help: string,
  fallback: Choice,
): Flag<Choice | undefined> {
  const { read, ...about } = choice(choices, {
    help,
    default: `off; ${fallback} without a value`,
    bare: true,
  })
  return { ...about, read: (given, flag) => (given === '' ? fallback : read(given, flag)) }
}

export function wholeNumber(help: string, [least, most]: readonly [number, number], fallback: number) {
  const isValid = (given: unknown) =>
    Number.isInteger(given) && Number(given) >= least && Number(given) <= most
  const read: Flag<number>['read'] = (given, flag) => {
    if (given === undefined) return fallback
    if (isValid(given)) return Number(given)
    const message = `${flag} must be a whole number from ${least} to ${most}`
    throw new Failure('usage', [
      { message, hint: `write ${least} to ${most}, or remove it (default: ${fallback})` },
    ])
  }
  return { type: 'number', help: `${help}, ${least} to ${most}`, default: String(fallback), read } as const
}

/** yargs makes a list of what is given twice, and an unset variable of a script makes an empty text. */
function once(given: unknown, flag: string): string | undefined {
  if (given === '') throw new Failure('usage', [{ message: `${flag} is empty`, hint: 'give it a value' }])
  if (given === undefined || typeof given === 'string') return given
  throw new Failure('usage', [{ message: `duplicate flag ${flag}`, hint: 'remove one' }])
}

function checkedDuration(given: string | undefined, flag: string): string | undefined {
  if (given === undefined || Number.isFinite(milliseconds(given))) return given
  const hint = 'write a number and a unit (ms, s, m or h), such as 30s'
  throw new Failure('usage', [{ message: `${flag} ${given} is not a duration`, hint }])
}

function checkedChoice<Choice extends string>(
  given: string | undefined,
  flag: string,
  choices: readonly Choice[],
): Choice | undefined {
  const chosen = choices.find(choice => choice === given)
  if (given === undefined || chosen !== undefined) return chosen
  throw new Failure('usage', [
    { message: `${flag} ${given} is unknown`, hint: `use ${alternatives(choices)}` },
  ])
}
