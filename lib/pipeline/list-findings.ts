/** Where the list and the node differ, as findings of `doctor`: the details are those of `plan`. */
import { Failure, type Issue } from '../model/errors.ts'
import type { Finding } from '../model/finding.ts'
import type { World } from '../model/world.ts'
import { makePlan, type Plan } from '../plan/plan.ts'
import type { TargetTable } from '../targets/target.ts'
import { plural } from '../wording/plural.ts'
import { applyKnownHealth } from './known-health.ts'
import { type ListOptions, openNode, openView } from './open.ts'
import type { FoundList } from './open-list-if-any.ts'

/** Findings about the list; none without one. */
export async function listFindings(
  { loaded, fault }: FoundList,
  targets: TargetTable,
  options: ListOptions,
  world: World,
): Promise<readonly Finding[]> {
  if (fault !== undefined) return fault.issues.map(invalidFinding)
  if (loaded === undefined) return []
  try {
    const node = await openNode(options, world)
    const view = await openView(options, node, world)
    const { list } = await applyKnownHealth(loaded.list, { declared: false }, { view, targets, world })
    return differences(await makePlan(list, targets, view, { takeOver: false }), loaded.file, options)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [refusedFinding(error, loaded.file, options)]
  }
}

/** The default list. */
function invalidFinding({ file, line, column, message, hint = 'run regmirror validate' }: Issue): Finding {
  return {
    ...{ code: 'list_invalid', severity: 'error', problem: message, cure: hint, fixable: false },
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    consequence: 'regmirror changes nothing on this node',
  }
}

function differences({ steps }: Plan, file: string, options: ListOptions): readonly Finding[] {
  if (steps.length === 0) return []
  const paths = steps.slice(0, SHOWN).map(({ path }) => path)
  const more = steps.length > SHOWN ? ` and ${steps.length - SHOWN} more` : ''
  return [
    {
      ...{ code: 'list_differs', severity: 'warning', file, fixable: false },
      problem: `${plural(steps.length, 'file differs', 'files differ')} from this list: ${paths.join(', ')}${more}`,
      consequence: 'pulls use what the node has, not what the list says',
      cure: `run ${commandFor('plan', options)} to see the differences, and ${commandFor('apply', options)} to write them`,
    },
  ]
}

const SHOWN = 3

/** A command with the list and the node that doctor was started with. */
function commandFor(command: 'plan' | 'apply', options: ListOptions): string {
  const { root, file, listFormat, allowFilesFrom } = options
  const flags = [
    ...(root === undefined ? [] : ['--root', root]),
    ...(file === undefined ? [] : ['-f', file]),
    ...(listFormat === undefined ? [] : ['--list-format', listFormat]),
    ...allowFilesFrom.flatMap(directory => ['--allow-files-from', directory]),
  ]
  return ['regmirror', command, ...flags.map(shellWord)].join(' ')
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** `plan` refuses, with its reasons; most of them are findings of their own. */
function refusedFinding({ issues, code }: Failure, file: string, options: ListOptions): Finding {
  const [first] = issues
  const reason = [first?.file, first?.message].filter(Boolean).join(': ')
  const hasMore = issues.length > 1
  const reasons = hasMore ? `, for ${issues.length} reasons, such as ${reason}` : `: ${reason}`
  return {
    ...{ code: code === 'io' ? 'list_unchecked' : 'list_refused', file, fixable: false },
    severity: code === 'io' ? 'note' : 'warning',
    problem: `regmirror cannot plan this list here${reasons}`,
    consequence: 'it is not known where list and node differ',
    cure: hasMore
      ? `run ${commandFor('plan', options)} to see every reason`
      : (first?.hint ?? `remove the reason, then run ${commandFor('plan', options)}`),
  }
}
