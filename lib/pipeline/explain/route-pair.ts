import type { ExplainedRoute } from '../../model/explain-report.ts'
import type { PullRoute } from '../../targets/pull-route.ts'

/** A route as the runtime has it, and as the report has it. */
export interface RoutePair {
  readonly route: PullRoute
  readonly explained: ExplainedRoute
}
