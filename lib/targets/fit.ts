/** A list as far as a runtime can express it, and what is lost on the way. Pure. */
import type { Issue } from '../model/errors.ts'
import type { ListLoss } from '../model/list-loss.ts'
import { baseUrl, type Mirror, type Registry, type Server } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import { type UsedFeature, usedFeatures } from './features.ts'
import { FEATURES, type LossTable, type Lost, STRICT_SUBJECTS } from './loss-table.ts'
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
  const fits = registries.map(registry => fitRegistry(registry, registries, table, target))
  return {
    registries: fits.flatMap(fit => fit.registries),
    losses: fits.flatMap(fit => fit.losses),
  }
}

type LostFeature = UsedFeature & Lost

function fitRegistry(
  registry: Registry,
  all: readonly Registry[],
  { features }: LossTable,
  { title, dialect }: Pick<Target, 'title' | 'dialect'>,
): Fit {
  const lost = usedFeatures(registry, all, dialect).flatMap(used => {
    const fidelity = features[used.feature]
    return fidelity === 'lossless' ? [] : [{ ...used, ...fidelity }]
  })
  const unlisted = lost.filter(one => isDropped(one, 'registry'))
  const lossOf = (one: LostFeature) => listLoss(one, registry, title)
  if (unlisted.length === 0) return withoutLost(registry, lost, lossOf)
  // Nothing of it is written, so that no more is lost; but pulls would use a server that the list forbids.
  const forbidden = registry.fallback ? [] : [unmirrored(registry, title)]
  return { registries: [], losses: [...unlisted.map(lossOf), ...forbidden] }
}

function isDropped({ feature, loss }: LostFeature, drops: 'registry' | 'mirror'): boolean {
  return loss === 'impossible' && FEATURES[feature].drops === drops
}

/** Of a mirror that is left out, only the reason is a loss. */
function withoutLost(
  registry: Registry,
  lost: readonly LostFeature[],
  lossOf: (lost: LostFeature) => ListLoss,
): Fit {
  const reasons = lost.filter(one => isDropped(one, 'mirror'))
  const dropped = new Set(reasons.map(({ endpoint }) => endpoint))
  const losses = lost.filter(one => reasons.includes(one) || !dropped.has(one.endpoint)).map(lossOf)
  if (dropped.size === 0) return { registries: [registry], losses }
  const mirrors = registry.mirrors.filter(mirror => !dropped.has(mirror))
  return { registries: [{ ...registry, mirrors }], losses }
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

function unmirrored({ name, place }: Registry, title: string): ListLoss {
  const problem = `${title} cannot have mirrors for ${name}, and fallback = false forbids its server`
  const consequence = 'pulls go to the server'
  return {
    loss: 'impossible',
    subject: 'fallback',
    feature: 'no_fallback',
    registry: name,
    problem,
    consequence,
    place,
  }
}

function isMirror(endpoint: Mirror | Server | undefined): endpoint is Mirror {
  return endpoint !== undefined && 'capabilities' in endpoint
}

/** Whether the node would do what the list forbids. */
export function isError({ loss, subject }: ListLoss): boolean {
  return loss === 'impossible' && STRICT_SUBJECTS.includes(subject)
}

/** Errors; `others`: the targets that this registry can be left to. */
export function lossIssues(losses: readonly ListLoss[], others: readonly string[]): readonly Issue[] {
  return losses.filter(isError).map(({ place: { file, line, column }, problem, consequence, registry }) => {
    const hint =
      others.length === 0
        ? 'change it, or remove this runtime from [targets]'
        : `leave the registry to other runtimes: targets = ${JSON.stringify(others)} in [registries."${registry}"]`
    return { file, line, column, message: `${problem}: ${consequence}`, hint }
  })
}

/** Every other loss. */
export function lossNotices(losses: readonly ListLoss[], target: string): readonly Notice[] {
  return losses
    .filter(loss => !isError(loss))
    .map(({ loss, registry, mirror, problem, consequence }) => ({
      code: loss === 'lossy' ? 'list_lossy' : 'list_impossible',
      ...{ message: `${problem}; ${consequence}`, target, registry },
      ...(mirror !== undefined && { mirror }),
    }))
}
