import type { ExplainedRoute } from '../../model/explain-report.ts'
import type { Conduct, PullRoute } from '../../targets/pull-route.ts'

/** A route as the runtime has it, and as the report has it. */
export interface RoutePair {
  readonly route: PullRoute
  /** In the order of its endpoints; it holds secrets. */
  readonly conduct: readonly Conduct[]
  readonly explained: ExplainedRoute
}
