/** Messages about how regmirror is called. Pure. */
import { Failure, type Issue } from '../model/errors.ts'
import { nearest } from '../wording/typos.ts'
import type { AnyCommand } from './command.ts'
import { dashedFlags, typedName } from './flag-types.ts'
import { intentHint, listHint } from './intents.ts'

type Called = Pick<AnyCommand, 'name' | 'flags'> | undefined
type Commands = readonly NonNullable<Called>[]

export const EXIT_CODE_HELP = `Exit codes:
  0  done, or the check passed
  1  the check failed: pending changes
     (plan --check, restore --check),
     notices (validate --strict), unhealthy
     registry (probe, apply --require-healthy),
     errors (doctor), an image that no
     endpoint serves (explain --probe)
  2  error`

export const NO_COMMAND = 'no command is given'
/** What yargs is to say of several words that are no command. */
export const MANY_COMMANDS = 'more than one command is given'

/** What yargs says about invalid arguments, in regmirror's words. */
export function usageFailure(message: string, args: readonly string[], commands: Commands): Failure {
  const called = args.map(arg => commands.find(({ name }) => name === arg)).find(Boolean)
  const help = `see regmirror ${called === undefined ? '' : `${called.name} `}--help`
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/.exec(message)?.[1]
  if (unknown !== undefined) {
    const words = mainWords(asTyped(unknown.split(', '), args), called)
    return new Failure(
      'usage',
      words.map(word => unknownWord(word, called, commands, help)),
    )
  }
  if (message === MANY_COMMANDS)
    return new Failure('usage', [unknownCommand(firstWord(args), args, commands)])
  const bare = /^Not enough arguments following: (.*)$/.exec(message)?.[1]
  const problem = bare === undefined ? message.replace(/\s+/g, ' ') : `${dashed(bare)} requires a value`
  // yargs does not look at unknown flags before a command, and takes the command as the value of one.
  const isBefore = called === undefined || message === NO_COMMAND
  const intent = isBefore ? args.map(arg => intentHint(arg, called?.name)).find(Boolean) : undefined
  return new Failure('usage', [{ message: problem, hint: intent ?? help }])
}

/** The word in the place of the command, and not the value of a flag before it. */
function firstWord(args: readonly string[]): string {
  const bare = args.filter(arg => !arg.startsWith('-'))
  return args.find((arg, i) => bare.includes(arg) && !args[i - 1]?.startsWith('-')) ?? bare[0] ?? ''
}

function unknownCommand(word: string, args: readonly string[], commands: Commands): Issue {
  const named = commands.find(({ name }) => name === args[args.indexOf(word) + 1])
  if (word === 'help' && named !== undefined)
    return { message: 'unknown command help', hint: `use regmirror ${named.name} --help` }
  return unknownWord(word, undefined, commands, 'see regmirror --help')
}

/** yargs names a flag in both spellings, `lock-timeut` and `lockTimeut`. */
function asTyped(words: readonly string[], args: readonly string[]): readonly string[] {
  const typed = args.map(arg => arg.split('=')[0] ?? '')
  // To yargs, --no-x is x with another value.
  const found = typed.filter(arg => words.includes(arg.replace(/^(--no-|-+)/, '')))
  return found.length === 0 ? words : found
}

/** Without a known command, nothing is known of flags: a word that may be the command goes first. */
function mainWords(words: readonly string[], called: Called): readonly string[] {
  const bare = words.filter(word => !word.startsWith('-'))
  return called === undefined && bare.length > 0 ? bare : words
}

function unknownWord(word: string, called: Called, commands: Commands, help: string): Issue {
  const instead = intentHint(word, called?.name)
  if (word.startsWith('-')) {
    if (word === '--no-probe') return { message: `unknown flag ${word}`, hint: NO_PROBE }
    const meant = nearest(word.replace(/^-+/, ''), dashedNames(called))
    return { message: `unknown flag ${word}`, hint: instead ?? suggestion(meant && dashed(meant), help) }
  }
  const list = listHint(word, called?.name)
  if (called !== undefined) return { message: `unexpected argument ${word}`, hint: list ?? help }
  const names = commands.map(({ name }) => name)
  const hint = instead ?? list ?? suggestion(nearest(word, names), help)
  return { message: `unknown command ${word}`, hint }
}

function dashedNames(called: Called): readonly string[] {
  return dashedFlags(called?.flags ?? {}).map(([name]) => typedName(name))
}

const NO_PROBE = 'remove it: of the commands that write, only apply probes mirrors by default'

function suggestion(meant: string | undefined, help: string): string {
  return meant === undefined ? help : `did you mean ${meant}? ${help}`
}

function dashed(flag: string): string {
  return flag.length === 1 ? `-${flag}` : `--${flag}`
}
