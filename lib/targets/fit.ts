/** A list as far as a runtime can express it, and what is lost on the way. Pure. */
import type { ListLoss } from '../model/list-loss.ts'
import { baseUrl, type Mirror, mayResolve, type Registry, type Server } from '../model/registry.ts'
import { hostsWithSeveralTls, type UsedFeature, usedFeatures } from './features.ts'
import { FEATURES, type LossTable, type Lost } from './loss-table.ts'
import type { Target } from './target.ts'

export interface Fit {
  /** What the target renders: without the registries and mirrors that it cannot have. */
  readonly registries: readonly Registry[]
  readonly losses: readonly ListLoss[]
}

export function fitRegistries(
  registries: readonly Registry[],
  table: LossTable,
  target: Pick<Target, 'title' | 'dialect'>,
): Fit {
  if (Object.values(table.features).every(fidelity => fidelity === 'lossless'))
    return { registries, losses: [] }
  // What is left out does not share a host with what is written.
  const left = registries.flatMap(one => fitRegistry(one, NONE, table, target).registries)
  const conflicting = hostsWithSeveralTls(left)
  const fits = registries.map(registry => fitRegistry(registry, conflicting, table, target))
  return {
    registries: fits.flatMap(fit => fit.registries),
    losses: fits.flatMap(fit => fit.losses),
  }
}

const NONE: ReadonlySet<string> = new Set()

type LostFeature = UsedFeature & Lost

function fitRegistry(
  registry: Registry,
  conflicting: ReadonlySet<string>,
  { features }: LossTable,
  { title, dialect }: Pick<Target, 'title' | 'dialect'>,
): Fit {
  const lost = usedFeatures(registry, conflicting, dialect).flatMap(used => {
    const fidelity = features[used.feature]
    return fidelity === 'lossless' ? [] : [{ ...used, ...fidelity }]
  })
  const unlisted = lost.filter(one => isDropped(one, 'registry'))
  const lossOf = (one: LostFeature) => listLoss(one, registry, title)
  if (unlisted.length === 0) {
    const { mirrors, losses } = withoutLost(registry, lost, lossOf)
    if (mirrors === registry.mirrors) return { registries: [registry], losses }
    return {
      registries: [{ ...registry, mirrors }],
      losses: [...losses, ...unmirrored(registry, mirrors, title)],
    }
  }
  // Nothing of it is written, so that no more is lost; but pulls would use a server that the list forbids.
  return { registries: [], losses: [...unlisted.map(lossOf), ...unmirrored(registry, [], title)] }
}

function isDropped({ feature, loss }: LostFeature, drops: 'registry' | 'mirror'): boolean {
  return loss === 'impossible' && FEATURES[feature].drops === drops
}

/** Of a mirror that is left out, only the reason is a loss. */
function withoutLost(
  registry: Registry,
  lost: readonly LostFeature[],
  lossOf: (lost: LostFeature) => ListLoss,
): { readonly mirrors: readonly Mirror[]; readonly losses: readonly ListLoss[] } {
  const reasons = lost.filter(one => isDropped(one, 'mirror'))
  const dropped = new Set(reasons.map(({ endpoint }) => endpoint))
  const losses = lost.filter(one => reasons.includes(one) || !dropped.has(one.endpoint)).map(lossOf)
  const isKept = (mirror: Mirror) => !dropped.has(mirror)
  return { mirrors: dropped.size === 0 ? registry.mirrors : registry.mirrors.filter(isKept), losses }
}

function listLoss(
  { feature, endpoint, loss, problem, consequence }: LostFeature,
  { name, place }: Registry,
  title: string,
): ListLoss {
  return {
    ...{ loss, subject: FEATURES[feature].subject, feature, registry: name },
    ...(isMirror(endpoint) && { mirror: baseUrl(endpoint.base) }),
    ...{ problem: `${title} ${problem}`, consequence, place: endpoint?.place ?? place },
  }
}

/** What follows where the list forbids the server and the target has not all of its mirrors. */
function unmirrored(
  { name, fallback, place }: Registry,
  left: readonly Mirror[],
  title: string,
): readonly ListLoss[] {
  if (fallback || left.some(mayResolve)) return []
  const [mirrors, consequence] =
    left.length === 0
      ? ['the mirrors', 'pulls go to the server']
      : ['the mirrors that may resolve tags', 'pulls by tag fail']
  const problem = `${title} cannot have ${mirrors} of ${name}, and fallback = false forbids its server`
  return [
    {
      ...{ loss: 'impossible', subject: 'fallback', feature: 'no_fallback' },
      ...{ registry: name, problem, consequence, place },
    },
  ]
}

function isMirror(endpoint: Mirror | Server | undefined): endpoint is Mirror {
  return endpoint !== undefined && 'capabilities' in endpoint
}
