/** One image through one runtime: its routes now, and after a reload or a restart where that differs. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Issue } from '../../model/errors.ts'
import type { ExplainedImage, ExplainedRoute } from '../../model/explain-report.ts'
import type { Explainer } from '../../targets/explainer.ts'
import type { Target } from '../../targets/target.ts'
import { explainedRoute } from './explained-route.ts'
import { mergeRoutes } from './merge-routes.ts'
import type { RoutePair } from './route-pair.ts'

export interface ExplainedTarget {
  readonly name: string
  readonly target: Target
  readonly explainer: Explainer<unknown, unknown>
  readonly snapshot: unknown
  /** The snapshot that the running daemon has, where a reload or a restart would change it and it is known. */
  readonly before?: unknown
  /** What makes the running daemon read files that were changed; undefined: it uses what they have. */
  readonly needs: 'reload' | 'restart' | undefined
}

type Explained = Omit<ExplainedImage, 'routes' | 'list'> & { readonly pairs: readonly RoutePair[] }

/** An issue where no release takes the name for that of an image. */
export function explainImage(image: string, one: ExplainedTarget): Explained | Issue {
  const after = pairsOf(image, one, one.snapshot)
  const named = after.find(({ route }) => route.image !== undefined)?.route.image
  if (named === undefined) return invalidName(image, after[0]?.route.failure?.message)
  const version = one.explainer.version(one.snapshot)
  return {
    ...{ image, target: one.name, ...(version !== undefined && { version }), ...named },
    pairs: withActivation(image, one, after),
  }
}

function withActivation(
  image: string,
  one: ExplainedTarget,
  after: readonly RoutePair[],
): readonly RoutePair[] {
  const { needs } = one
  if (needs === undefined) return after
  if (one.before === undefined) return after.map(pair => at(pair, `after_${needs}`))
  const before = pairsOf(image, one, one.before)
  if (isDeepStrictEqual(explainedOf(before), explainedOf(after))) return after
  return [...before.map(pair => at(pair, `until_${needs}`)), ...after.map(pair => at(pair, `after_${needs}`))]
}

function pairsOf(
  image: string,
  { target, explainer }: ExplainedTarget,
  snapshot: unknown,
): readonly RoutePair[] {
  const pairs = target.endpoints(snapshot, image).map(route => {
    const conduct = explainer.conduct(snapshot, route)
    return { route, conduct, explained: explainedRoute(route, conduct) }
  })
  return mergeRoutes(pairs)
}

function explainedOf(pairs: readonly RoutePair[]): readonly ExplainedRoute[] {
  return pairs.map(({ explained }) => explained)
}

function at(pair: RoutePair, when: NonNullable<ExplainedRoute['when']>): RoutePair {
  const { releases, ...rest } = pair.explained
  return { ...pair, explained: { ...(releases && { releases }), when, ...rest } }
}

function invalidName(image: string, problem = 'this is not an image name'): Issue {
  const hint =
    'write it as in a pod, such as busybox, quay.io/prometheus/node-exporter:v1.8.2 or registry.example:5000/team/app@sha256:…'
  return { message: `${image}: ${problem}`, hint }
}
