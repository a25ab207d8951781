/** Runtimes as the table has them, of values that need not be loaded. */
import type { KnownTarget, Target, TargetTable } from '../../lib/targets/target.ts'

export function knownTarget<Settings, Snapshot>(target: Target<Settings, Snapshot>): KnownTarget {
  const { title, rootless, settings, detect } = target
  return { title, ...(rootless && { rootless }), settings, detect, load: async () => target }
}

export function tableOf(targets: Readonly<Record<string, Target>>): TargetTable {
  return Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, knownTarget(target)]))
}
