/**
 * Requests one image at every endpoint of a pull: the tag or digest where it is resolved, then its content by the digest
 * that the pull gets. Every endpoint is requested, also those that the pull would not reach.
 */
import type { Endpoint } from './api/endpoint.ts'
import { mayGoOn, type PingResult, ping } from './api/ping.ts'
import { openBudget, type ProbeContext } from './api/probe-context.ts'
import { type BlobsResult, readBlobs } from './api/read-blobs.ts'
import { type ReadImages, readImages } from './api/read-image.ts'
import { type ResolvedTag, resolveTag } from './api/resolve-tag.ts'
import { openSession } from './api/session.ts'
import type { Fault } from './faults/fault.ts'

/** An endpoint and the name of the image there. */
export type TracedEndpoint = Endpoint & Required<Pick<Endpoint, 'canary'>>

export interface TracedStep {
  readonly fault?: Fault
  readonly ms: number
}

export interface EndpointTrace {
  /** Undefined: the image is not resolved here. */
  readonly resolved: (TracedStep & { readonly digest?: string }) | undefined
  /** Undefined: no endpoint has resolved the image. */
  readonly manifests: TracedStep | undefined
  /** The config, and as many of the smallest layers as a probe reads. Undefined: no endpoint has served a manifest. */
  readonly blobs: (TracedStep & { readonly bytes: number }) | undefined
}

/** In the order of the endpoints. Never rejects. */
export async function tracePull(
  endpoints: readonly TracedEndpoint[],
  shared: ProbeContext,
): Promise<readonly EndpointTrace[]> {
  const runs = endpoints.map(endpoint => openRun(endpoint, { ...shared, budget: openBudget(shared) }))
  const resolved = await Promise.all(runs.map(run => (run.endpoint.resolves ? run.resolve() : undefined)))
  const found = firstOf(resolved)
  const manifests = await Promise.all(runs.map(run => found && run.fetchManifests(found)))
  const images = firstOf(manifests)
  const blobs = await Promise.all(runs.map(run => images && run.fetchBlobs(images)))
  return runs.map((_, i) => ({
    resolved: resolved[i] && stepOf(resolved[i]),
    manifests: manifests[i] && stepOf(manifests[i]),
    blobs: blobs[i] && { ...stepOf(blobs[i]), bytes: blobs[i].value.bytes ?? 0 },
  }))
}

/** What an endpoint gave, and how long it took. */
interface Timed<Value extends object> {
  readonly value: Value
  readonly ms: number
}

type Outcome = ResolvedTag | ReadImages | BlobsResult

function stepOf({ value, ms }: Timed<Outcome>): TracedStep & { readonly digest?: string } {
  return {
    ms,
    ...('fault' in value && value.fault && { fault: value.fault }),
    ...('digest' in value && { digest: value.digest }),
  }
}

/** Of the first endpoint that does not fail: all content by digest is the same. */
function firstOf<Value extends object>(
  all: readonly (Timed<Value> | undefined)[],
): Exclude<Value, { readonly fault: Fault }> | undefined {
  const values = all.flatMap(one => (one === undefined ? [] : [one.value]))
  return values.find((value): value is Exclude<Value, { readonly fault: Fault }> => !('fault' in value))
}

/** The requests of one pull to one endpoint. */
function openRun(first: TracedEndpoint, context: ProbeContext) {
  let endpoint = first
  let pinged: Promise<PingResult> | undefined
  let challenged: PingResult['challenged']
  const session = () => openSession(endpoint, endpoint.canary, context, true, challenged)
  // containerd fetches with another authorizer than it resolves with (resolver.go base@v2.1.4).
  let fetching: ReturnType<typeof session> | undefined
  const fetch = () => {
    fetching ??= session()
    return fetching
  }
  const inEitherScheme = async <Value extends object>(act: () => Promise<Value>): Promise<Timed<Value>> => {
    const started = performance.now()
    if (first.ping !== undefined) {
      pinged ??= ping(first, 1, context)
      const { fault, ...found } = await pinged
      if (fault !== undefined && !mayGoOn(found, first))
        return { value: { fault } as unknown as Value, ms: performance.now() - started }
      endpoint = { ...first, base: found.endpoint.base }
      challenged = found.challenged
    }
    let value = await act()
    for (const base of first.alternatives ?? []) {
      if (!isPlainHttp(value)) break
      endpoint = { ...first, base }
      fetching = undefined
      value = await act()
    }
    return { value, ms: performance.now() - started }
  }
  return {
    endpoint: first,
    resolve: () => inEitherScheme(() => resolveTag(session())),
    fetchManifests: (tag: ResolvedTag) => inEitherScheme<ReadImages>(() => readImages(fetch(), tag)),
    fetchBlobs: (found: Extract<ReadImages, { readonly images: object }>) =>
      inEitherScheme<BlobsResult>(() => readBlobs(fetch(), found.images)),
  }
}

function isPlainHttp(value: object): boolean {
  return 'fault' in value && (value.fault as Fault | undefined)?.plainHttp === true
}
