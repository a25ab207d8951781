/** The targets of a list. Pure. */
import type { ListedTarget, MirrorList } from '../model/registry.ts'
import type { Dialect, ImageRules } from './dialect.ts'
import type { Target } from './target.ts'

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

/** How mirrors are probed: as one release of a runtime contacts them. */
export interface ProbeDialect extends Dialect {
  readonly images: ImageRules
}

/** The dialect of the first target of a list, in the release that the list names. */
export function probeDialect(
  list: Pick<MirrorList, 'targets'>,
  targets: Readonly<Record<string, Target>>,
): ProbeDialect {
  const [first] = configuredTargets(list, targets)
  const { dialect } = first?.target ?? Object.values(targets)[0] ?? {}
  if (dialect === undefined) throw new Error('no target is known')
  const version = first && list.targets[first.name]?.written.version
  return { ...dialect, images: dialect.imageRules(typeof version === 'string' ? version : undefined) }
}

function withSettings<Settings, Snapshot>(
  name: string,
  target: Target<Settings, Snapshot>,
  { written, place }: ListedTarget,
): ConfiguredTarget<Settings, Snapshot> {
  return { name, target, settings: target.settings.resolve(written, place) }
}
