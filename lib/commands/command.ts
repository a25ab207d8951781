/** What a command is: data for the parser and its help, and a function that is loaded when it is called. */
import type { Report } from '../model/report.ts'
import type { World } from '../model/world.ts'
import type { TargetTable } from '../targets/target.ts'
import { type Flags, type FlagTable, type Given, readFlags } from './flag-types.ts'

/** The world outside, and the runtimes that a list may name. */
export interface Context {
  readonly world: World
  /** Loads their table: not every command needs it. */
  targets(): Promise<TargetTable>
  /** The table of commands. */
  readonly commands: readonly AnyCommand[]
}

/** Runs with the values of its own flags. A command without a report gives its exit code. */
export type RunCommand<Values> = (flags: Values, context: Context) => Promise<Report | 0 | 2>

export interface Command<Values> {
  readonly name: string
  /** What it does, as the help lists it: lower case, no full stop. */
  readonly summary: string
  readonly flags: FlagTable<Values> & Flags
  /** Flags that belong together, with the title that they have in the help. */
  readonly groups?: readonly (readonly [title: string, flags: readonly string[]])[]
  /** Arguments, and what they do. */
  readonly examples: readonly (readonly [args: string, meaning: string])[]
  /** Loads what the command needs, and nothing of other commands. */
  load(): Promise<RunCommand<Values>>
}

/** A command whose flags are read when it runs. */
export type AnyCommand = Omit<Command<object>, 'flags' | 'load'> & {
  readonly flags: Flags
  load(): Promise<RunCommand<Given>>
}

/** Checks that a command runs with the flags that it declares. Throws Failure `usage` when it runs with invalid ones. */
export function command<Values extends object>(definition: Command<Values>): AnyCommand {
  const load = async (): Promise<RunCommand<Given>> => {
    const run = await definition.load()
    return (given, context) => run(readFlags<Values>(definition.flags, given), context)
  }
  return { ...definition, load }
}
