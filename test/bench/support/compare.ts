/** Measures commands of regmirror, each with every program that is measured, in the same rounds as `node -e 0`. */
import { type Program, programs } from './programs.ts'
import { BASE, type Case, type Extent, measureRounds, type Result } from './rounds.ts'
import { comparisonText, type Row } from './row.ts'

export interface Command {
  /** The name of its row. */
  readonly measure: string
  readonly goal?: string | undefined
  readonly args: readonly string[]
  /** Before each round; not measured. */
  readonly prepare?: () => Promise<void>
}

export interface Comparison {
  readonly command: Command
  readonly program: Program
  readonly result: Result
  readonly base: Result
}

export async function compareCommands(
  commands: readonly Command[],
  extent: Partial<Extent> = {},
): Promise<readonly Comparison[]> {
  const pairs = commands.flatMap(command => programs.map(program => ({ command, program })))
  const [base, ...results] = await measureRounds([BASE, ...pairs.map(caseOf)], extent)
  return pairs.map((pair, nth) => ({ ...pair, result: results[nth] as Result, base: base as Result }))
}

function caseOf({ command, program }: Pick<Comparison, 'command' | 'program'>): Case {
  return { command: [...program.command, ...command.args], prepare: command.prepare }
}

/** A row for each command. */
export function rowsOf(comparisons: readonly Comparison[]): readonly Row[] {
  const commands = new Set(comparisons.map(({ command }) => command))
  return [...commands].map(command => {
    const own = comparisons.filter(comparison => comparison.command === command)
    const values = own.map(({ program, result, base }) => [program.column, comparisonText(result, base)])
    return { measure: command.measure, goal: command.goal, values: Object.fromEntries(values) }
  })
}
