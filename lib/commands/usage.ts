/** What is said about how the command is called. Pure. */
import { Failure, type Issue } from '../model/errors.ts'
import type { Format } from '../reporters/print.ts'
import { nearest } from '../wording/typos.ts'

/** Known before parsing, so that a usage error too is JSON for whoever asked for JSON. */
export function formatOf(args: readonly string[]): Format {
  const given = args.map(
    (arg, i) => /^--format=(.*)$/.exec(arg)?.[1] ?? (arg === '--format' ? args[i + 1] : undefined),
  )
  return given.includes('json') ? 'json' : given.includes('prometheus') ? 'prometheus' : 'text'
}

export const EXIT_CODES = `Exit codes: 0 done; 1 the answer is no: changes are due (plan or restore --check), there are notices
(validate --strict), nobody can serve a registry (probe, apply --require-healthy); 2 it could not be done.`

/** The flags of each command, by its name. */
type FlagsOf = Readonly<Record<string, object>>

/** What yargs says of a wrong command line, in our form. */
export function usage(message: string, args: readonly string[], flagsOf: FlagsOf): Failure {
  const meant = /^Did you mean (.*)\?$/.exec(message)?.[1]
  if (meant !== undefined)
    return new Failure('usage', [{ message: 'there is no such command', hint: `did you mean ${meant}?` }])
  const command = args.find(arg => Object.hasOwn(flagsOf, arg))
  const help = `see regmirror ${command === undefined ? '' : `${command} `}--help`
  const unknown = /^Unknown arguments?: (.*)$/.exec(message)?.[1]
  if (unknown === undefined)
    return new Failure('usage', [{ message: message.replace(/\s+/g, ' '), hint: help }])
  const known = Object.keys(flagsOf[command ?? ''] ?? {})
  return new Failure(
    'usage',
    asGiven(unknown.split(', '), args).map(flag => unknownFlag(flag, known, help)),
  )
}

/** yargs names a flag in both spellings, `lock-timeut` and `lockTimeut`. */
function asGiven(names: readonly string[], args: readonly string[]): readonly string[] {
  const given = args.map(arg => arg.split('=')[0] ?? '')
  const found = given.filter(arg => names.includes(arg.replace(/^-+/, '')))
  return found.length === 0 ? names : found
}

function unknownFlag(flag: string, known: readonly string[], help: string): Issue {
  const meant = flag.startsWith('--') ? nearest(flag.slice(2), known) : undefined
  const hint = meant === undefined ? help : `did you mean --${meant}? ${help}`
  return { message: `Unknown argument: ${flag}`, hint }
}
