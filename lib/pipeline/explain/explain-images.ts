/** What pulls of images do on this node. Reads, never writes. */

import type { LoadedList } from '../../list/load.ts'
import { Failure, type Issue, issueText } from '../../model/errors.ts'
import type { ExplainedImage, ExplainReport } from '../../model/explain-report.ts'
import type { Notice } from '../../model/report.ts'
import type { World } from '../../model/world.ts'
import { NO_STATE, readState } from '../../ownership/state.ts'
import { targetReport } from '../../plan/build-report.ts'
import { overlaidReader } from '../../system/overlaid-reader.ts'
import type { Reader } from '../../system/reader.ts'
import { activationCommand } from '../../targets/activation-command.ts'
import { type ConfiguredTarget, configuredTargets } from '../../targets/configured-targets.ts'
import type { Targets } from '../../targets/load-targets.ts'
import { loadChosen } from '../../targets/present-targets.ts'
import type { TargetTable } from '../../targets/target.ts'
import type { View } from '../../targets/view.ts'
import { viewFor } from '../../targets/view-for.ts'
import { type NodeOptions, openPlace, openReadable } from '../open.ts'
import { compareWithList, noticeOf } from './compare-with-list.ts'
import { type ExplainedTarget, explainImage } from './explain-image.ts'
import type { ProbeRoute } from './probe-routes.ts'
import { registryNotice } from './registry-notice.ts'
import { findStartGap } from './start-gap.ts'

export interface ExplainOptions extends NodeOptions {
  readonly targets: TargetTable
  /** Those of them that `--target` names. */
  readonly named: readonly string[]
  readonly node: Reader
  readonly loaded: LoadedList | undefined
  /** With `--probe`. */
  readonly openProber: OpenRouteProber | undefined
}

type OpenRouteProber = (configured: ConfiguredTarget, view: View) => Promise<ProbeRoute>

export async function explainImages(
  images: readonly string[],
  options: ExplainOptions,
  world: World,
): Promise<ExplainReport<Notice>> {
  const { targets, loaded } = options
  const { view, notices: unread } = await openView(options, world)
  const machines = await openMachinesView(options, view, world)
  const compared = loaded && (await compareWithList(loaded, targets, view, world))
  const through: Through[] = []
  const chosen = await loadChosen(targets, { named: options.named, list: loaded?.list }, view)
  for (const configured of settingsOf(chosen, loaded)) {
    const isListed = loaded?.list.targets[configured.name] !== undefined
    const observed = await observeTarget(configured, isListed, { own: view, machines: machines.view })
    const probe = await options.openProber?.(configured, view)
    through.push({ ...observed, ...(await explainThrough(observed.one, images, probe, compared)) })
  }
  const found = through.flatMap(one => one.found)
  const notices: readonly Notice[] = [
    ...images.flatMap(registryNotice),
    ...[...unread, ...machines.notices, ...(compared?.notices ?? [])],
    ...through.flatMap(one => one.notices),
    ...unnamedNotices(
      through.flatMap(one => one.unnamed),
      found,
    ),
  ]
  const daemons = through.map(({ one, daemon }) => ({ target: one.name, daemon }))
  const here = view.machine !== undefined && { targets: daemons.map(targetReport) }
  return { version: 1, kind: 'explain', images: found, ...here, notices }
}

interface Explanations {
  readonly found: readonly ExplainedImage[]
  readonly unnamed: readonly Unnamed[]
}

type Through = Explanations & Awaited<ReturnType<typeof observeTarget>>

/** The images through one runtime. */
async function explainThrough(
  one: ExplainedTarget,
  images: readonly string[],
  probe: ProbeRoute | undefined,
  compared: Awaited<ReturnType<typeof compareWithList>> | undefined,
): Promise<Explanations> {
  const found: ExplainedImage[] = []
  const unnamed: Unnamed[] = []
  for (const image of images) {
    const explained = explainImage(image, one)
    if ('message' in explained) {
      unnamed.push({ image, target: one, issue: explained })
      continue
    }
    const { pairs, ...about } = explained
    const probed = probe === undefined ? pairs : await Promise.all(pairs.map(probe))
    const list = compared && { list: compared.of(about.registry, one.name) }
    found.push({ ...about, routes: probed.map(({ explained }) => explained), ...list })
  }
  return { found, unnamed }
}

/** A name that a runtime does not take for that of an image. */
interface Unnamed {
  readonly image: string
  readonly target: ExplainedTarget
  readonly issue: Issue
}

/** Runtimes complete names in different ways. Throws Failure `usage` where none takes one of the names. */
function unnamedNotices(unnamed: readonly Unnamed[], found: readonly ExplainedImage[]): readonly Notice[] {
  const refused = unnamed.find(({ image }) => !found.some(one => one.image === image))
  if (refused !== undefined) throw new Failure('usage', [refused.issue])
  return unnamed.map(({ target: { name, target }, issue }) => ({
    code: 'name_refused',
    target: name,
    message: `${target.title}: ${issueText(issue)}`,
  }))
}

/** The state may be readable by root alone: then it counts as empty. */
async function openView(
  { node, ...options }: ExplainOptions,
  world: World,
): Promise<{ view: View; notices: readonly Notice[] }> {
  const view = openPlace(options, node, world)
  try {
    return { view: { ...view, state: await readState(node) }, notices: [] }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { view: { ...view, state: NO_STATE }, notices: [noticeOf('state_unreadable', error)] }
  }
}

/** For a user, runtimes of the machine too, with the state that root has written. */
async function openMachinesView(
  { root, ...options }: ExplainOptions,
  own: View,
  world: World,
): Promise<{ view: View; notices: readonly Notice[] }> {
  if (own.user === undefined) return { view: own, notices: [] }
  const { user: _, ...rest } = options
  const ofMachine = { root, ...rest, node: await openReadable({ root }) }
  return await openView(ofMachine, world)
}

/** With their settings in the list where it has some. */
function settingsOf(targets: Targets, loaded: LoadedList | undefined): readonly ConfiguredTarget[] {
  const place = { file: '', line: 0, column: 0 }
  const all = Object.keys(targets).map(name => [name, loaded?.list.targets[name] ?? { written: {}, place }])
  return configuredTargets({ targets: Object.fromEntries(all) }, targets)
}

interface Views {
  readonly own: View
  readonly machines: View
}

async function observeTarget(
  { name, target, settings }: ConfiguredTarget,
  isListed: boolean,
  { own: common, machines }: Views,
) {
  const isUsers = (await viewFor(name, target, isListed, common)).user !== undefined
  const view = isUsers ? common : machines
  const explainer = await target.explainer()
  const snapshot = await explainer.observe(view, settings)
  const daemon = target.daemon.find(snapshot)
  const {
    changed,
    needs,
    before: original,
  } = await findStartGap(explainer.startFiles(snapshot), { name, target, daemon }, view)
  const used = needs && (explainer.filesInUse?.(snapshot) ?? original)
  const before =
    used && (await explainer.observe({ ...view, node: overlaidReader(view.node, used) }, settings))
  const one: ExplainedTarget = {
    ...{ name, target, explainer, snapshot, needs },
    ...(before !== undefined && { before }),
  }
  const command = needs && activationCommand(needs, target.daemon.activate, daemon, isUsers)
  const outdated = needs ? changed.map(file => outdatedNotice(name, file, needs, command)) : []
  return { one, daemon, notices: [...explainer.notices(snapshot), ...outdated] }
}

function outdatedNotice(
  target: string,
  file: string,
  needs: 'reload' | 'restart',
  command = `${needs} ${target}`,
): Notice {
  const message = `was changed after ${target} was started, which uses the older file until a ${needs}: ${command}`
  return { code: 'not_read_yet', message, target, file }
}
