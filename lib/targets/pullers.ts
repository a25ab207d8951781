/** The targets of a list as they pull: which client they are, and what they have of the list. */
import type { MirrorList } from '../model/registry.ts'
import { registriesFor, type TargetRegistries } from '../model/target-registries.ts'
import { NO_STATE } from '../ownership/state.ts'
import { type ConfiguredTarget, configuredTargets } from './configured-targets.ts'
import type { Dialect } from './dialect.ts'
import { fitRegistries } from './fit.ts'
import { loadListed, type Targets } from './load-targets.ts'
import type { PullClient } from './pull-client.ts'
import type { Target, TargetTable } from './target.ts'
import type { Machine, View } from './view.ts'

/** The node; its state decides nothing here. */
export type PullPlace = Omit<View, 'state' | 'proved'>

/** The client of a target. */
export interface PullSource {
  readonly name: string
  /** What its HTTP client sends and accepts. */
  readClient(): Promise<PullClient>
  /** The environment of its daemon, with its proxies; undefined where none runs. */
  readEnvironment(): Promise<Readonly<Record<string, string | undefined>> | undefined>
}

export interface Puller extends PullSource, TargetRegistries {
  readonly dialect: Dialect
}

type ReadList = Pick<MirrorList, 'targets' | 'registries' | 'byTarget'>
type PullMachine = Machine | undefined

/**
 * Those that the list names and the table has, in the order of the list. Where there are none, the first of the table
 * pulls what the list has.
 */
export async function findPullers(
  list: ReadList,
  table: TargetTable,
  place: PullPlace,
): Promise<readonly [Puller, ...Puller[]]> {
  const targets = await loadListed(table, list)
  const [first, ...others] = configuredTargets(list, targets)
  if (first === undefined) {
    const { name, target } = firstOf(targets)
    return [{ ...unlistedSource(name, target, place.machine), ...list, dialect: target.dialect }]
  }
  return [
    await pullerOf(first, list, place),
    ...(await Promise.all(others.map(one => pullerOf(one, list, place)))),
  ]
}

/** The client of this target of the list, or of the first one, without what it has of the list. */
export async function findPullSource(
  name: string | undefined,
  list: ReadList,
  table: TargetTable,
  machine: PullMachine,
): Promise<PullSource> {
  const targets = await loadListed(table, list)
  const all = configuredTargets(list, targets)
  const found = all.find(one => one.name === name) ?? all[0]
  if (found !== undefined) return sourceOf(found, machine)
  const { name: only, target } = firstOf(targets)
  return unlistedSource(only, target, machine)
}

function firstOf(targets: Targets): { readonly name: string; readonly target: Target } {
  const [entry] = Object.entries(targets)
  if (entry === undefined) throw new Error('no target is known')
  return { name: entry[0], target: entry[1] }
}

function unlistedSource(name: string, target: Target, machine: PullMachine): PullSource {
  return {
    name,
    readClient: () => target.pullClient(undefined, machine),
    readEnvironment: async () => undefined,
  }
}

function sourceOf({ name, target, settings }: ConfiguredTarget, machine: PullMachine): PullSource {
  return {
    name,
    readClient: () => target.pullClient(settings, machine),
    readEnvironment: async () => machine && (await target.daemon.environment(settings, machine)),
  }
}

async function pullerOf(configured: ConfiguredTarget, list: ReadList, place: PullPlace): Promise<Puller> {
  const { name, target, settings } = configured
  const { title } = target
  const speech = await target.readSpeech?.(settings, { ...place, state: NO_STATE })
  const { dialect, losses } = speech ?? { dialect: target.dialect, losses: target.losses.of(settings) }
  const { registries } = fitRegistries(registriesFor(list, name), losses, { title, dialect })
  return { ...sourceOf(configured, place.machine), registries, dialect }
}
