/** Observes each target and runs its rules. Reads, never writes. */
import type { Checked, Unread } from '../model/finding.ts'
import type { MirrorList } from '../model/registry.ts'
import { readState } from '../ownership/state.ts'
import type { Daemon } from '../targets/daemon.ts'
import { type Choice, loadChosen } from '../targets/present-targets.ts'
import type { Target, TargetTable } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { viewFor } from '../targets/view-for.ts'
import { type Diagnosed, findAll, withoutUnread } from './findings.ts'
import { commonRules } from './rules.ts'
import { tolerantReader } from './tolerant-reader.ts'
import { withholdFixes } from './withhold-fixes.ts'

export interface Diagnosis {
  readonly found: readonly Diagnosed[]
  readonly checked: readonly Checked[]
  readonly unread: readonly Unread[]
  /** The daemons of this machine that read the files; none where the node is another tree. */
  readonly daemons: readonly { readonly target: string; readonly daemon: Daemon }[]
}

/** `now`: milliseconds since 1970. */
export async function diagnose(
  table: TargetTable,
  choice: Choice,
  place: Omit<View, 'state'>,
  now: number,
): Promise<Diagnosis> {
  const { reader, unread } = tolerantReader(place.node)
  const view = { ...place, node: reader, state: await readState(reader) }
  const parts = []
  const listed = choice.list?.targets ?? {}
  for (const [name, target] of Object.entries(await loadChosen(table, choice, view)))
    parts.push(await diagnoseTarget({ name, target, listed: listed[name], now }, view, unread))
  const found = parts.flatMap(part => part.found)
  const daemons = view.machine === undefined ? [] : parts.map(part => part.daemon)
  return { found, checked: parts.map(part => part.checked), unread: unread(), daemons }
}

interface DiagnosedTarget {
  readonly found: readonly Diagnosed[]
  readonly checked: Checked
  readonly daemon: Diagnosis['daemons'][number]
}

interface Subject {
  readonly name: string
  readonly target: Target
  readonly listed: MirrorList['targets'][string] | undefined
  readonly now: number
}

/** Without a list, the settings have no place in one. */
const NOWHERE = { file: '', line: 0, column: 0 }

async function diagnoseTarget(
  { name, target, listed, now }: Subject,
  common: View,
  unread: () => readonly Unread[],
): Promise<DiagnosedTarget> {
  const view = await viewFor(name, target, listed !== undefined, common)
  const doctor = await target.doctor()
  const { written, place } = listed ?? { written: doctor.unlisted, place: NOWHERE }
  const snapshot = await target.observe(view, [], target.settings.resolve(written, place))
  const { observed, files, blind, about } = await doctor.observe(snapshot, view, unread(), now)
  const found = withoutUnread(findAll(name, doctor.rules, observed, blind), unread())
  const node = { files, found, unread: unread(), writerOf: target.writerOf }
  const general = findAll(name, commonRules, node, [])
  const checked = {
    target: name,
    files: files.map(({ path }) => path),
    rules: doctor.rules.length + commonRules.length,
    about,
  }
  const owners = { files, state: view.state, writerOf: target.writerOf }
  return {
    found: withholdFixes([...found, ...general], owners),
    checked,
    daemon: { target: name, daemon: target.daemon.find(snapshot) },
  }
}
