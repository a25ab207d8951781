/** The command line: arguments and a world go in, an exit code comes out. */
import type { Call } from './commands/call.ts'
import { exitCode } from './commands/exit-code.ts'
import { commands, loadTargets } from './commands/index.ts'
import { readFormat } from './commands/output-format.ts'
import { readPlainArguments } from './commands/plain-arguments.ts'
import { OWN_VERSION } from './model/own-version.ts'
import type { World } from './model/world.ts'
import { failureReport } from './reporters/failure.ts'
import { print } from './reporters/print.ts'

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
    const result = await run(parsed.given, { world, targets, commands })
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
  if (args.length === 1 && args[0] === '--version') return OWN_VERSION
  const plain = readPlainArguments(args, commands)
  if (plain !== undefined) return plain
  const { parseWithYargs } = await import('./commands/yargs-parser.ts')
  return await parseWithYargs(args, commands, world)
}
