/** The targets of a list. Pure. */
import type { ListedTarget, MirrorList } from '../model/registry.ts'
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

function withSettings<Settings, Snapshot>(
  name: string,
  target: Target<Settings, Snapshot>,
  { written, place }: ListedTarget,
): ConfiguredTarget<Settings, Snapshot> {
  return { name, target, settings: target.settings.resolve(written, place) }
}
