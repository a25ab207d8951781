/** What is said about how the command is called. Pure. */
import { Failure } from './errors.ts'
import type { Format } from './reporters/print.ts'

/** Known before parsing, so that a usage error too is JSON for whoever asked for JSON. */
export function formatOf(args: readonly string[]): Format {
  const given = args.map(
    (arg, i) => /^--format=(.*)$/.exec(arg)?.[1] ?? (arg === '--format' ? args[i + 1] : undefined),
  )
  return given.includes('json') ? 'json' : given.includes('prometheus') ? 'prometheus' : 'text'
}

export const EXIT_CODES = `Exit codes: 0 done; 1 the answer is no: changes are due (plan or restore --check), there are notices
(validate --strict), nobody can serve a registry (probe, apply --require-healthy); 2 it could not be done.`

/** What yargs says of a wrong command line, in our form. */
export function usage(message: string): Failure {
  const meant = /^Did you mean (.*)\?$/.exec(message)?.[1]
  const issue =
    meant === undefined ? { message: message.replace(/\s+/g, ' ') } : { message: 'there is no such command' }
  const hint = meant === undefined ? 'see regmirror --help' : `did you mean ${meant}?`
  return new Failure('usage', [{ ...issue, hint }])
}
