/** Lists as values, for tests that do not read a file. */
import type { KnownHealth } from '../../lib/health/availability.ts'
import { selectMirrors } from '../../lib/health/select.ts'
import type { HealthSettings, Mirror, MirrorList, Registry } from '../../lib/model/registry.ts'
import type { TargetRegistries } from '../../lib/model/target-registries.ts'
import type { WrittenContainerd } from '../../lib/targets/containerd/settings.ts'

export const PLACE = { file: 'mirrors.toml', line: 1, column: 1 }

export function mirror(origin: string, more: Partial<Mirror> = {}): Mirror {
  return {
    base: { origin, path: '/v2', form: 'root' },
    capabilities: ['pull', 'resolve'],
    dialTimeout: '2s',
    ca: [],
    client: undefined,
    skipVerify: false,
    header: {},
    redirects: [],
    place: PLACE,
    ...more,
  }
}

export function registry(name: string, mirrors: readonly Mirror[], more: Partial<Registry> = {}): Registry {
  const { capabilities: _, ...connection } = mirror(`https://${name}`, {})
  const server = { ...connection, dialTimeout: undefined, declared: false }
  return { name, server, mirrors, fallback: true, canary: undefined, place: PLACE, ...more }
}

/** The default settings. */
export const HEALTH: HealthSettings = {
  intervalMs: 30_000,
  timeoutMs: 3000,
  rise: 2,
  fall: 2,
  onUnhealthy: 'drop',
  slowAfterMs: undefined,
  depth: 'ping',
  order: 'list',
}

/** A list for containerd 2.1 with the default paths. */
export function listOf(...registries: readonly Registry[]): MirrorList {
  return forContainerd({ registries, health: HEALTH }, { version: '2.1' })
}

/** What containerd has of such a list: everything. */
export function ofContainerd({ registries }: Pick<MirrorList, 'registries'>): readonly TargetRegistries[] {
  return [{ name: 'containerd', registries }]
}

/** The list as it is written for one target that can express everything. */
export function selectFor(list: MirrorList, known: KnownHealth): MirrorList {
  return selectMirrors(list, ofContainerd(list), () => known)
}

/** The list with this `[targets.containerd]`. */
export function forContainerd(list: Omit<MirrorList, 'targets'>, written: WrittenContainerd): MirrorList {
  return { ...list, targets: { containerd: { written: { ...written }, place: PLACE } } }
}
