/** The targets of a list as they pull: which client they are, and what they have of the list. */
import type { MirrorList } from '../model/registry.ts'
import { registriesFor, type TargetRegistries } from '../model/target-registries.ts'
import { type ConfiguredTarget, configuredTargets } from './configured-targets.ts'
import type { Dialect } from './dialect.ts'
import { fitRegistries } from './fit.ts'
import { loadListed, type Targets } from './load-targets.ts'
import type { PullClient } from './pull-client.ts'
import type { TargetTable } from './target.ts'
import type { Machine } from './view.ts'

type PullMachine = Pick<Machine, 'run' | 'files' | 'processes'> | undefined

export interface Puller extends TargetRegistries {
  readonly dialect: Dialect
  /** What its HTTP client sends and accepts. */
  readClient(): Promise<PullClient>
  /** The environment of its daemon, with its proxies; undefined where none runs. */
  readEnvironment(): Promise<Readonly<Record<string, string | undefined>> | undefined>
}

type ReadList = Pick<MirrorList, 'targets' | 'registries' | 'byTarget'>

/**
 * Those that the list names and the table has, in the order of the list. Where there are none, the first of the table
 * pulls what the list has.
 */
export async function findPullers(
  list: ReadList,
  table: TargetTable,
  machine: PullMachine,
): Promise<readonly [Puller, ...Puller[]]> {
  const targets = await loadListed(table, list)
  const [first, ...others] = configuredTargets(list, targets)
  if (first === undefined) return [unlistedPuller(list, targets, machine)]
  return [
    await pullerOf(first, list, machine),
    ...(await Promise.all(others.map(one => pullerOf(one, list, machine)))),
  ]
}

function unlistedPuller({ registries }: ReadList, targets: Targets, machine: PullMachine): Puller {
  const [entry] = Object.entries(targets)
  if (entry === undefined) throw new Error('no target is known')
  const [name, target] = entry
  return {
    ...{ name, registries, dialect: target.dialect },
    readClient: () => target.pullClient(undefined, machine),
    readEnvironment: async () => undefined,
  }
}

async function pullerOf(
  { name, target, settings }: ConfiguredTarget,
  list: ReadList,
  machine: PullMachine,
): Promise<Puller> {
  const speech = await target.speech?.(settings, machine)
  const { dialect, losses } = speech ?? { dialect: target.dialect, losses: target.losses.of(settings) }
  const { title } = target
  return {
    ...{ name, dialect },
    registries: fitRegistries(registriesFor(list, name), losses, { title, dialect }).registries,
    readClient: () => target.pullClient(settings, machine),
    readEnvironment: async () => machine && (await target.daemon.environment(settings, machine)),
  }
}
