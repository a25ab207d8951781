/** Observes each target and runs its rules. Reads, never writes. */
import type { Checked, Unread } from '../model/finding.ts'
import { readState } from '../ownership/state.ts'
import type { ConfiguredTarget } from '../targets/configured-targets.ts'
import type { View } from '../targets/view.ts'
import { type Diagnosed, findAll, sorted, withoutUnread } from './findings.ts'
import { commonRules } from './rules.ts'
import { tolerantReader } from './tolerant-reader.ts'

export interface Diagnosis {
  readonly found: readonly Diagnosed[]
  readonly checked: readonly Checked[]
  readonly unread: readonly Unread[]
}

export async function diagnose(
  targets: readonly ConfiguredTarget[],
  place: Omit<View, 'state'>,
): Promise<Diagnosis> {
  const { reader, unread } = tolerantReader(place.node)
  const view = { ...place, node: reader, state: await readState(reader) }
  const parts = []
  for (const one of targets) parts.push(await diagnoseTarget(one, view, unread))
  const hidden = unread()
  const found = withoutUnread(
    parts.flatMap(part => part.found),
    hidden,
  )
  return { found: sorted(found), checked: parts.map(part => part.checked), unread: hidden }
}

async function diagnoseTarget(
  { name, target, settings }: ConfiguredTarget,
  view: View,
  unread: () => readonly Unread[],
): Promise<{ found: readonly Diagnosed[]; checked: Checked }> {
  const doctor = await target.doctor()
  const snapshot = await target.observe(view, [], settings)
  const { observed, files, blind, about } = await doctor.observe(snapshot, view, unread())
  const found = findAll(name, doctor.rules, observed, blind)
  const common = findAll(name, commonRules, { files, found, writerOf: target.writerOf }, [])
  const rules = doctor.rules.length + commonRules.length
  const checked = { target: name, files: files.map(({ path }) => path), rules, about }
  return { found: [...found, ...common], checked }
}
