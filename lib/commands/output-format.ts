/** The format of the output, known before the arguments are parsed. Pure. */
import type { OutputFormat } from '../reporters/print.ts'

/** Read first, so that a usage error is in the requested format too. */
export function readFormat(args: readonly string[]): OutputFormat {
  const given = args.map(
    (arg, i) => /^--format=(.*)$/.exec(arg)?.[1] ?? (arg === '--format' ? args[i + 1] : undefined),
  )
  return given.includes('json') ? 'json' : given.includes('prometheus') ? 'prometheus' : 'text'
}
