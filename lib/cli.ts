/** The command line: arguments and a world go in, an exit code comes out. The only importer of yargs. */
import yargs, { type Argv } from 'yargs'
import type { AnyCommand } from './commands/command.ts'
import { exitCode } from './commands/exit-code.ts'
import { describe, type Flag, type Given, typedName } from './commands/flag-types.ts'
import { commands, loadTargets } from './commands/index.ts'
import { EXIT_CODE_HELP, readFormat, usageFailure } from './commands/usage.ts'
import { OWN_VERSION } from './model/own-version.ts'
import type { World } from './model/world.ts'
import { failureReport } from './reporters/failure.ts'
import { print } from './reporters/print.ts'
import { loadModule } from './system/load-module.ts'

/** A command, and the flags that it was called with. */
interface Call {
  readonly command: AnyCommand
  readonly given: Given
}

/**
 * Runs one command. Exit codes: 0 done, or the check passed; 1 the check failed; 2 an error: usage, an invalid list, a
 * conflict, no permission, a bug. `targets` loads the runtimes that a list may name.
 */
export async function main(args: readonly string[], world: World, targets = loadTargets): Promise<number> {
  const format = readFormat(args)
  try {
    const parsed = await parse(args, world)
    if (typeof parsed === 'string') {
      world.stdout.write(`${parsed}\n`)
      return 0
    }
    const run = await parsed.command.load()
    const result = await run(parsed.given, { world, targets: () => loadModule(targets) })
    if (typeof result === 'number') return result
    print(result, format, world)
    return exitCode(result)
  } catch (error) {
    print(failureReport(error, world.env), format, world)
    return 2
  }
}

/** The command to run, or the text of `--help` or `--version`. Throws Failure `usage`. */
async function parse(args: readonly string[], world: World): Promise<Call | string> {
  let call: Call | undefined
  let text = ''
  const parser = openParser(args, world)
  for (const command of commands)
    parser.command(
      command.name,
      command.summary,
      builder => withFlags(builder, command),
      given => {
        call = { command, given }
      },
    )
  await parser.parseAsync([...args], {}, (_error: unknown, _given: unknown, output: string) => {
    text = separateTypes(output)
  })
  return call ?? text
}

/** yargs writes the type right after a text that fills its column. */
function separateTypes(help: string): string {
  return help.replace(/(?<=\S)(?=\[(?:array|boolean|number|string)\]$)/gm, ' ')
}

function openParser(args: readonly string[], world: World): Argv {
  return yargs()
    .scriptName('regmirror')
    .usage('$0 <command>\n\nDeclare registry mirrors once; every node matches.')
    .demandCommand(1, 1, 'no command is given', 'more than one command is given')
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
  for (const [flag, about] of Object.entries(flags)) parser.option(typedName(flag), optionOf(about))
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
