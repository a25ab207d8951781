/** A route of a runtime as the report of `explain` has it. Pure. */
import type { Issue } from '../../model/errors.ts'
import type {
  ExplainedEndpoint,
  ExplainedIssue,
  ExplainedRoute,
  ExplainedWait,
} from '../../model/explain-report.ts'
import { mayResolve } from '../../model/registry.ts'
import type { Conduct, EffectiveEndpoint, ImageName, PullRoute, Wait } from '../../targets/pull-route.ts'
import { requestUrls } from './request-urls.ts'

/** `when` only where a restart of the daemon would change it. */
export function explainedRoute(
  route: PullRoute,
  conduct: readonly Conduct[],
  when?: ExplainedRoute['when'],
): ExplainedRoute {
  const { releases, lookup, image, endpoints, failure, unknown, ignored } = route
  const found = endpoints.flatMap((endpoint, i) => {
    const own = conduct[i]
    return image === undefined || own === undefined ? [] : [explainedEndpoint(endpoint, own, image)]
  })
  return {
    ...(releases && { releases }),
    ...(when && { when }),
    ...(lookup && { lookup }),
    endpoints: found,
    ...(failure && { failure: issueOf(failure) }),
    ...(unknown && { unknown: issueOf(unknown) }),
    ignored: ignored.map(issueOf),
  }
}

function explainedEndpoint(
  endpoint: EffectiveEndpoint,
  conduct: Conduct,
  image: ImageName,
): ExplainedEndpoint {
  const { url, plainUrl, role, source, capabilities, header, dialTimeout, problem } = endpoint
  const { ofPull, ofNode } = conduct.credentials
  const names = new Set([...header, ...Object.keys(conduct.headers)])
  return {
    url,
    ...(plainUrl !== undefined && { plain_url: plainUrl }),
    role,
    ...(source && { source }),
    capabilities,
    requests: requestUrls(endpoint, image),
    ...tlsOf(endpoint),
    headers: [...names],
    credentials: { of_pull: ofPull, ...(ofNode && { of_node: ofNode }) },
    ...(dialTimeout !== undefined && { dial_timeout: dialTimeout }),
    waits: conduct.waits.map(wait => explainedWait(wait, countRequests(endpoint))),
    ...(problem !== undefined && { problem }),
  }
}

function tlsOf({ url, ca, client, skipVerify }: EffectiveEndpoint): Pick<ExplainedEndpoint, 'tls'> {
  return url.startsWith('https:') ? { tls: { ca, client, skip_verify: skipVerify } } : {}
}

/** The manifest, the config and one layer, and before them the tag where it is resolved here. */
function countRequests(endpoint: EffectiveEndpoint): number {
  return mayResolve(endpoint) ? 4 : 3
}

function explainedWait(
  { releases, connectS, oncePerPull, ignoredTimeout, silent }: Wait,
  requests: number,
): ExplainedWait {
  return {
    ...(releases && { releases }),
    connect_s: connectS,
    pull_s: Math.round(connectS * (oncePerPull ? 1 : requests) * 10) / 10,
    ...(ignoredTimeout !== undefined && { ignored_timeout: ignoredTimeout }),
    silent: { kind: silent.kind, ...('afterS' in silent && { after_s: silent.afterS }) },
  }
}

function issueOf({ message, hint, file, line, column }: Issue): ExplainedIssue {
  return {
    message,
    ...(hint !== undefined && { hint }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  }
}
