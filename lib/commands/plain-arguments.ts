/**
 * Reads the command lines that are written most, such as `apply -f mirrors.toml --no-probe`, as yargs does. yargs takes
 * longer to load than a plan takes, so it only reads what is left: help, mistakes, unusual spellings. Pure.
 */
import type { Call } from './call.ts'
import type { AnyCommand } from './command.ts'
import { dashedFlags, type Flag, type Flags, operandOf, typedName } from './flag-types.ts'

/** A flag and its value as they were found, and the arguments after them. */
interface Found {
  readonly name: string
  readonly flag: Flag<unknown>
  readonly value: unknown
  readonly rest: readonly string[]
}

/** The command and its flags; undefined where yargs must read them. */
export function readPlainArguments(
  [name, ...args]: readonly string[],
  commands: readonly AnyCommand[],
): Call | undefined {
  const command = commands.find(one => one.name === name)
  if (command === undefined) return undefined
  const given = new Map<string, unknown>()
  for (let rest: readonly string[] = args; rest.length > 0; ) {
    const found = readFlag(rest, command.flags)
    if (found === undefined || (given.has(found.name) && !found.flag.repeatable)) return undefined
    const earlier = given.get(found.name)
    const values = found.flag.repeatable
      ? [...(Array.isArray(earlier) ? earlier : []), found.value]
      : found.value
    given.set(found.name, values)
    rest = found.rest
  }
  return { command, given: Object.fromEntries(given) }
}

/** The flag that these arguments start with. */
function readFlag([first = '', ...rest]: readonly string[], flags: Flags): Found | undefined {
  const operand = operandOf(flags)
  if (operand !== undefined && /^[^-'"][^'"]*$/s.test(first)) return readOperand(operand, first, rest, flags)
  const [typed, short, no, long, attached] = /^(?:-([a-z])|--(no-)?([a-z-]+)(?:=(.*))?)$/s.exec(first) ?? []
  const found = typed === undefined ? undefined : findFlag(flags, short, long)
  if (found === undefined) return undefined
  const [key, flag] = found
  const name = typedName(key)
  if (flag.type === 'boolean')
    return attached === undefined ? { name, flag, value: no === undefined, rest } : undefined
  const [text, after] = attached === undefined ? [rest[0], rest.slice(1)] : [attached, rest]
  const value = no === undefined && text !== undefined ? readValue(text, flag) : undefined
  return value === undefined ? undefined : { name, flag, value, rest: after }
}

function readOperand(name: string, value: string, rest: readonly string[], flags: Flags): Found | undefined {
  const flag = flags[name]
  return flag && { name, flag, value, rest }
}

/** Not one that may stand without a value: what follows it may be something else. */
function findFlag(flags: Flags, short: string | undefined, long: string | undefined) {
  return dashedFlags(flags).find(
    ([key, { alias, bare }]) => !bare && (long === undefined ? alias === short : typedName(key) === long),
  )
}

/** A value that yargs takes as it is: it reads `-1` as a flag and removes quotes. */
function readValue(text: string, { type }: Flag<unknown>): string | number | undefined {
  if (type === 'number') return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined
  return text === '-' || /^[^-'"][^'"]*$/s.test(text) ? text : undefined
}
