/** The targets of a list. Pure. */
import type { ListedTarget, MirrorList, Registry } from '../model/registry.ts'
import type { Dialect } from './dialect.ts'
import { PLAIN_CLIENT, type PullClient } from './pull-client.ts'
import type { Target } from './target.ts'
import type { Machine } from './view.ts'

/** A target with its settings in one list. */
export interface ConfiguredTarget<Settings = unknown, Snapshot = unknown> {
  readonly name: string
  readonly target: Target<Settings, Snapshot>
  readonly settings: Settings
}

/** The targets that the list names, among `targets`. */
export function configuredTargets(
  { targets: listed }: Pick<MirrorList, 'targets'>,
  targets: Readonly<Record<string, Target>>,
): readonly ConfiguredTarget[] {
  return Object.entries(listed).flatMap(([name, table]) => {
    const target = targets[name]
    return target === undefined ? [] : [withSettings(name, target, table)]
  })
}

/** The registries that a target gets. */
export function registriesFor(
  { registries }: Pick<MirrorList, 'registries'>,
  name: string,
): readonly Registry[] {
  return registries.filter(({ targets }) => targets === undefined || targets.includes(name))
}

/** The registries that one of these targets gets. */
export function registriesForAny(
  { registries }: Pick<MirrorList, 'registries'>,
  names: readonly string[],
): readonly Registry[] {
  return registries.filter(({ targets }) => targets?.some(name => names.includes(name)) ?? true)
}

/** The dialect in which the mirrors of a list are probed: that of its first target. */
export function probeDialect(
  list: Pick<MirrorList, 'targets'>,
  targets: Readonly<Record<string, Target>>,
): Dialect {
  const [first] = configuredTargets(list, targets)
  const target = first?.target ?? Object.values(targets)[0]
  if (target === undefined) throw new Error('no target is known')
  return target.dialect
}

/** The client of that target. */
export async function readPullClient(
  list: Pick<MirrorList, 'targets'>,
  targets: Readonly<Record<string, Target>>,
  machine: Pick<Machine, 'run' | 'files' | 'processes'> | undefined,
): Promise<PullClient> {
  const [first] = configuredTargets(list, targets)
  if (first !== undefined) return await first.target.pullClient(first.settings, machine)
  return (await Object.values(targets)[0]?.pullClient(undefined, machine)) ?? PLAIN_CLIENT
}

function withSettings<Settings, Snapshot>(
  name: string,
  target: Target<Settings, Snapshot>,
  { written, place }: ListedTarget,
): ConfiguredTarget<Settings, Snapshot> {
  return { name, target, settings: target.settings.resolve(written, place) }
}
