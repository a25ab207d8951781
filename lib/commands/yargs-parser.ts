/** Reads every command line: help, completion, mistakes. The only importer of yargs. */
import yargs, { type Argv } from 'yargs'
import { OWN_VERSION } from '../model/own-version.ts'
import type { World } from '../model/world.ts'
import type { Call } from './call.ts'
import type { AnyCommand } from './command.ts'
import { dashedFlags, describe, type Flag, operandOf, typedName } from './flag-types.ts'
import { EXIT_CODE_HELP, MANY_COMMANDS, NO_COMMAND, usageFailure } from './usage.ts'

/** The command to run, or the text of `--help` or `--version`. Throws Failure `usage`. */
export async function parseWithYargs(
  args: readonly string[],
  commands: readonly AnyCommand[],
  world: World,
): Promise<Call | string> {
  let call: Call | undefined
  let text = ''
  const parser = openParser(args, commands, world)
  for (const command of commands)
    parser.command(
      wordsOf(command),
      command.summary,
      builder => withFlags(builder, command),
      given => {
        call = { command, given }
      },
    )
  await parser.parseAsync([...args], {}, (_error: unknown, _given: unknown, output: string) => {
    text = separateTypes(output)
  })
  if (call === undefined && text === '') throw usageFailure(NO_COMMAND, args, commands)
  return call ?? text
}

/** The command as the help shows it: `probe [url..]`. */
function wordsOf({ name, flags }: AnyCommand): string {
  const operand = operandOf(flags)
  return operand === undefined ? name : `${name} [${operand}..]`
}

/** yargs writes the type right after a text that fills its column. */
function separateTypes(help: string): string {
  return help.replace(/(?<=\S)(?=\[(?:array|boolean|number|string)\]$)/gm, ' ').replace(' [default: []]', '')
}

function openParser(args: readonly string[], commands: readonly AnyCommand[], world: World): Argv {
  const parser = yargs()
  if (world.hasLicenses)
    parser.option('licenses', {
      type: 'boolean',
      describe: 'show the licences of this program',
      global: false,
    })
  return parser
    .scriptName('regmirror')
    .usage('$0 <command>\n\nDeclare registry mirrors once; every node matches.')
    .demandCommand(1, 1, NO_COMMAND, MANY_COMMANDS)
    .strict()
    .detectLocale(false)
    .version('version', 'show the version', OWN_VERSION)
    .help('help', 'show this help')
    .alias('help', 'h')
    .wrap(Math.min(world.stdout.columns ?? 100, 110) - 1)
    .epilogue(EXIT_CODE_HELP)
    .exitProcess(false)
    .fail((message, error) => {
      throw usageFailure(message ?? error.message, args, commands)
    })
}

function withFlags(parser: Argv, { flags, examples, name }: AnyCommand): Argv {
  const operand = operandOf(flags)
  if (operand !== undefined)
    parser.positional(operand, { type: 'string', array: true, describe: flags[operand]?.help })
  for (const [flag, about] of dashedFlags(flags)) parser.option(typedName(flag), optionOf(about))
  for (const [typed, meaning] of examples) parser.example(`$0 ${name} ${typed}`.trimEnd(), meaning)
  return parser
}

/** Defaults and choices are the flag's own: it reads its value itself. */
function optionOf(flag: Flag<unknown>) {
  const { type, alias, bare = false, repeatable = false } = flag
  return {
    type,
    describe: describe(flag),
    ...(alias !== undefined && { alias }),
    ...(repeatable ? { array: true, nargs: 1 } : { requiresArg: type !== 'boolean' && !bare }),
  }
}
