/** Reads every command line: help, completion, mistakes. The only importer of yargs. */
import yargs, { type Argv } from 'yargs'
import { OWN_VERSION } from '../model/own-version.ts'
import type { World } from '../model/world.ts'
import type { Call } from './call.ts'
import type { AnyCommand } from './command.ts'
import { commandHelp } from './command-help.ts'
import { dashedFlags, type Flag, operandOf, typedName } from './flag-types.ts'
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
    // Of all flags of the list of commands.
    text = output.replace(/ +\[boolean\]$/gm, '')
  })
  const helped = text === OWN_VERSION ? undefined : commands.find(({ name }) => args.includes(name))
  if (call === undefined && helped !== undefined && text !== '') return commandHelp(helped, widthOf(world))
  if (call === undefined && text === '') throw usageFailure(NO_COMMAND, args, commands)
  return call ?? text
}

/** The command as the help shows it: `probe [url..]`. */
function wordsOf({ name, flags }: AnyCommand): string {
  const operand = operandOf(flags)
  return operand === undefined ? name : `${name} [${operand}..]`
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
    .wrap(widthOf(world))
    .epilogue(EXIT_CODE_HELP)
    .exitProcess(false)
    .fail((message, error) => {
      throw usageFailure(message ?? error.message, args, commands)
    })
}

/** One column less: a terminal may fold a line that fills it. */
function widthOf({ stdout }: World): number {
  return Math.min(stdout.columns || 100, 110) - 1
}

/** Names and types only: the help of a command is regmirror's own. */
function withFlags(parser: Argv, { flags }: AnyCommand): Argv {
  const operand = operandOf(flags)
  if (operand !== undefined) parser.positional(operand, { type: 'string', array: true })
  for (const [flag, about] of dashedFlags(flags)) parser.option(typedName(flag), optionOf(about))
  return parser
}

/** Defaults and choices are the flag's own: it reads its value itself. */
function optionOf(flag: Flag<unknown>) {
  const { type, alias, bare = false, repeatable = false } = flag
  return {
    type,
    ...(alias !== undefined && { alias }),
    ...(repeatable ? { array: true, nargs: 1 } : { requiresArg: type !== 'boolean' && !bare }),
  }
}
