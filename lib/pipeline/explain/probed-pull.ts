/** What requests to the endpoints of a route show about the pull. Pure. */
import type { ExplainedEndpoint, ProbedEndpoint, ProbedPull, ProbedStep } from '../../model/explain-report.ts'
import { describeFault } from '../../probe/faults/describe-fault.ts'
import type { Fault } from '../../probe/faults/fault.ts'
import type { EndpointTrace, TracedStep } from '../../probe/trace-pull.ts'
import type { Dialect } from '../../targets/dialect.ts'
import type { EffectiveEndpoint, PullRoute, Wait } from '../../targets/pull-route.ts'

/** `wait`: how long the runtime waits for it. */
export function probedEndpoint(
  { resolved, manifests, blobs }: EndpointTrace,
  endpoint: EffectiveEndpoint,
  wait: Wait | undefined,
): ProbedEndpoint {
  const step = (traced: TracedStep) => probedStep(traced, endpoint, wait)
  const digest = resolved?.digest !== undefined && { digest: resolved.digest }
  const all = [resolved, manifests, blobs].flatMap(one => (one === undefined ? [] : [step(one)]))
  return {
    serves: blobs !== undefined && all.every(({ outcome }) => outcome === 'ok'),
    ...(resolved && { resolve: { ...step(resolved), ...digest } }),
    ...(manifests && { manifests: step(manifests) }),
    ...(blobs && { blobs: { ...step(blobs), bytes: blobs.bytes } }),
  }
}

function probedStep(
  { fault, ms }: TracedStep,
  endpoint: EffectiveEndpoint,
  wait: Wait | undefined,
): ProbedStep {
  const time = Math.round(ms * 10) / 10
  if (fault === undefined) return { outcome: 'ok', ms: time }
  return {
    outcome: outcomeOf(fault, wait),
    ms: time,
    ...(fault.reason !== undefined && { reason: fault.reason }),
    detail: problemOf(fault, endpoint),
  }
}

/** The remedies of a probe are about a list and its canary. */
function problemOf(fault: Fault, { role, url }: EffectiveEndpoint): string {
  const [problem = ''] = describeFault(fault, { role, url, isTyped: false }, false).split('; ')
  return problem.replaceAll('the canary', 'the image')
}

function outcomeOf({ reason, stops, silent }: Fault, wait: Wait | undefined): ProbedStep['outcome'] {
  if (reason === undefined) return 'unknown'
  if (stops === true || silent === 'body') return 'stops'
  return silent === 'request' && wait?.silent.kind !== 'next' ? 'stops' : 'next'
}

/** No endpoint is known, so none is requested. */
export function unrequestedPull({ failure }: Pick<PullRoute, 'failure'>): ProbedPull {
  return failure === undefined
    ? { outcome: 'unknown', served_by: [], detail: 'the pull cannot be predicted, so nothing is requested' }
    : { outcome: 'fails', served_by: [], detail: 'the pull fails before any request' }
}

type Part = 'resolve' | 'manifests' | 'blobs'

/** The parts of a pull in turn; each begins with the first endpoint. */
export function pulledFrom(
  endpoints: readonly ExplainedEndpoint[],
  all: readonly (ProbedEndpoint | undefined)[],
  from?: Dialect['pullsFrom'],
): ProbedPull {
  const probes = from === undefined ? all : onlyFrom(all, from)
  const first = (part: Part) => probes.findIndex(probe => (probe?.[part]?.outcome ?? 'next') !== 'next')
  const found = { resolve: first('resolve'), manifests: first('manifests'), blobs: first('blobs') }
  const urlAt = (nth: number) => endpoints[nth]?.url
  const digest = probes[found.resolve]?.resolve?.digest
  const resolver = urlAt(found.resolve)
  const known = {
    ...(digest !== undefined && { digest }),
    ...(resolver !== undefined && digest !== undefined && { resolved_by: resolver }),
  }
  for (const part of ['resolve', 'manifests', 'blobs'] as const) {
    const nth = found[part]
    const step = probes[nth]?.[part]
    if (step?.outcome === 'ok') continue
    const outcome = step?.outcome === 'unknown' ? 'unknown' : 'fails'
    const stopped = urlAt(nth)
    const at = stopped !== undefined && { stopped_at: stopped }
    return { outcome, ...known, served_by: [], ...at, detail: failureText(part, nth, step) }
  }
  const serving = [...new Set([found.manifests, found.blobs])]
  const served_by = serving.flatMap(nth => urlAt(nth) ?? [])
  return { outcome: 'served', ...known, served_by, detail: servedText(found, serving, all, endpoints) }
}

/** Without what the other endpoints serve; each part that none serves is there for the text of the failure. */
function onlyFrom(
  probes: readonly (ProbedEndpoint | undefined)[],
  from: NonNullable<Dialect['pullsFrom']>,
): readonly (ProbedEndpoint | undefined)[] {
  const serves = (probe: ProbedEndpoint | undefined, part: Part) => probe?.[part]?.outcome === 'ok'
  const isChosen = (probe: ProbedEndpoint | undefined) =>
    serves(probe, 'resolve') &&
    serves(probe, 'manifests') &&
    (from === 'first_with_manifest' || serves(probe, 'blobs'))
  const chosen = probes.findIndex(isChosen)
  // None serves all: those that begin to are no reason for the pull to work.
  return chosen === -1
    ? probes.map(withoutContent)
    : probes.map((probe, i) => (i === chosen ? probe : undefined))
}

function withoutContent(probe: ProbedEndpoint | undefined): ProbedEndpoint | undefined {
  if (probe === undefined) return undefined
  const { blobs: _, ...rest } = probe
  return rest
}

const PARTS = { resolve: 'resolves the image', manifests: 'serves the manifest', blobs: 'serves the content' }

/** Numbers of endpoints count from 1. */
function failureText(part: Part, nth: number, step: ProbedStep | undefined): string {
  if (step === undefined) return `the pull fails: no endpoint ${PARTS[part]}`
  const what = step.outcome === 'unknown' ? 'cannot be predicted' : 'fails'
  return `the pull ${what} at ${nth + 1}: ${step.detail ?? ''}`
}

function servedText(
  { resolve }: Readonly<Record<Part, number>>,
  serving: readonly number[],
  probes: readonly (ProbedEndpoint | undefined)[],
  endpoints: readonly ExplainedEndpoint[],
): string {
  const numbers = serving.map(nth => nth + 1).join(' and ')
  const last = Math.max(resolve, ...serving)
  const slow = endpoints.slice(0, last).flatMap((endpoint, nth) => delayText(endpoint, probes[nth], nth))
  const isOne = serving.length === 1 && serving[0] === resolve
  const who = isOne ? 'resolves the image and serves' : `resolves the image, ${numbers} serves`
  return [`the pull works: ${resolve + 1} ${who} its content`, ...slow].join('; ')
}

/** An endpoint that does not even refuse a connection costs time at every request. */
function delayText(
  { waits }: ExplainedEndpoint,
  probe: ProbedEndpoint | undefined,
  nth: number,
): readonly string[] {
  const steps = [probe?.resolve, probe?.manifests, probe?.blobs]
  const isUnreachable = steps.some(step => step?.reason === 'connect_timeout')
  const seconds = Math.max(...waits.map(({ connect_s }) => connect_s))
  return isUnreachable ? [`each request first waits ${seconds} s for ${nth + 1}`] : []
}
