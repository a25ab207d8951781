/** `plan` and `apply` of lists of different sizes, and whether the time per registry stays the same. */
import path from 'node:path'
import { type Command, type Comparison, compareCommands, rowsOf } from './support/compare.ts'
import { measure } from './support/measure.ts'
import { makeNode, writeList } from './support/nodes.ts'
import { programs, REGMIRROR } from './support/programs.ts'
import type { Report, Row } from './support/row.ts'
import { SIZES } from './support/settings.ts'

const GOALS: Readonly<Record<string, string>> = {
  'plan 1000': '0.35 s; single file 0.25 s',
  'apply 1000': '0.9 s',
  'apply 3000': '2.8 s',
  'plan 10000': '2 s, 250 MB',
  'apply 10000': '6 s, 300 MB',
}
const VERBS = ['plan', 'apply'] as const
type Verb = (typeof VERBS)[number]

/** The comparisons of a size; none where the list is refused. */
type Measured = ReadonlyMap<number, readonly Comparison[]>

export async function sizes(folder: string, report: Report): Promise<void> {
  const measured = new Map<number, readonly Comparison[]>()
  for (const size of SIZES) {
    const list = await writeList(folder, size)
    const commands = commandsFor(size, list, path.join(folder, String(size)))
    if (isRefused(list)) commands.map(refusedRow).forEach(report)
    else measured.set(size, await compareCommands(commands))
    rowsOf(measured.get(size) ?? []).forEach(report)
  }
  for (const verb of VERBS) report(perRegistry(verb, measured))
}

/** The apply of a round leaves the node that its plan finds unchanged. */
function commandsFor(size: number, list: string, root: string): readonly Command[] {
  const on = ['-f', list, '--root', root]
  const named = (verb: Verb, what: string) => ({
    measure: `\`${verb}\`, ${size} registries, ${what} to do`,
    goal: GOALS[`${verb} ${size}`],
    args: [verb, ...on],
  })
  return [{ ...named('apply', 'all'), prepare: () => makeNode(root) }, named('plan', 'nothing')]
}

/** Whether the list is larger than regmirror reads. */
function isRefused(list: string): boolean {
  const { code, stderr } = measure([...REGMIRROR, 'validate', '-f', list], [0, 2])
  if (code !== 0 && !/ bytes; the limit is /.test(stderr)) throw new Error(stderr)
  return code !== 0
}

function refusedRow({ measure: name, goal }: Command): Row {
  return {
    measure: name,
    goal,
    values: Object.fromEntries(programs.map(({ column }) => [column, 'refused'])),
  }
}

/** The time beyond that of the smallest list, which is start-up, at each size above it. */
function perRegistry(verb: Verb, measured: Measured): Row {
  const values = programs.map(({ column }) => {
    const wall = (size: number) =>
      measured
        .get(size)
        ?.find(({ command, program }) => command.args[0] === verb && program.column === column)?.result
        .wallMs ?? Number.NaN
    const [smallest = 0, ...larger] = [...measured.keys()]
    const microseconds = larger.map(size => ((wall(size) - wall(smallest)) * 1000) / (size - smallest))
    return [column, microseconds.map((time, nth) => `${time.toFixed(0)} µs at ${larger[nth]}`).join(', ')]
  })
  const goal = 'the same at 1000 and 10000, within 20 %'
  return { measure: `\`${verb}\`, time per registry`, goal, values: Object.fromEntries(values) }
}
