/** What each runtime can express of each registry: a table, with each loss below it. Pure. */
import type { RegistryFidelity, TargetLoss } from '../model/list-loss.ts'
import { listUrl } from '../model/list-url.ts'
import { printable } from '../wording/printable.ts'
import { fidelityTable } from './fidelity-table.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

interface Compared {
  readonly fidelity?: readonly RegistryFidelity[]
  readonly losses?: readonly TargetLoss[]
}

/** Empty without `--losses`. */
export function lossLines({ fidelity, losses = [] }: Compared, page: TerminalStyle): readonly string[] {
  if (fidelity === undefined) return []
  if (fidelity.length === 0) return ['this list configures none of these runtimes', '']
  const groups = [...Map.groupBy(losses, ({ target, problem }) => JSON.stringify([target, problem])).values()]
  return [...fidelityTable(fidelity, page), '', ...groups.flatMap(group => [...groupLines(group, page), ''])]
}

const GAP = '  '
const COLOURS = { lossy: 'yellow', impossible: 'red' } as const

/** Of more places of one loss, this many are shown. */
const SHOWN = 3

/** One loss, and where the list has it. */
function groupLines(group: readonly TargetLoss[], page: TerminalStyle): readonly string[] {
  const [first] = group
  if (first === undefined) return []
  const { loss, problem, consequence } = first
  const shown = group.length > SHOWN + 1 ? group.slice(0, SHOWN) : group
  const more = group.length - shown.length
  const text = fitted(printable(`${loss}: ${problem}; ${consequence}`), page, GAP)
  return [
    ...text.map((line, i) => (i === 0 ? page.paint(COLOURS[loss], loss) + line.slice(loss.length) : line)),
    ...shown.flatMap(one => fitted(GAP + printable(placeText(one)), page, GAP + GAP)),
    ...(more > 0 ? [`${GAP}and ${more} more`] : []),
  ]
}

function placeText({ place: { file, line, column }, registry, mirror }: TargetLoss): string {
  return [`${file}:${line}:${column}`, registry, ...(mirror === undefined ? [] : [listUrl(mirror)])].join(
    ': ',
  )
}
