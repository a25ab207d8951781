/** Fetches content by its digest, as containerd does: core/remotes/handlers.go Fetch@v2.1.9. */
import { createHash } from 'node:crypto'
import type { Fault } from '../faults/fault.ts'
import { type BodyCollector, collectBody } from '../http/body-collector.ts'
import { type HttpResponse, readHeader } from '../http/response.ts'
import type { Outcome } from './bounded-request.ts'
import { type Descriptor, isStorable } from './manifest.ts'
import { requestContent } from './request-content.ts'
import type { ContentRequest, Session } from './session.ts'

export interface FetchRequest {
  readonly kind: ContentRequest['kind']
  readonly descriptor: Descriptor
  /** Bytes that are read at most; the digest of longer content is not known. */
  readonly limit: number
  /** Whether `body` holds what was read. */
  readonly keep: boolean
}

export interface Fetched {
  readonly fault?: Fault
  readonly bytes: number
  readonly body: Buffer
  /** Milliseconds from the head of the response to its end. */
  readonly ms: number
}

const NOTHING = { bytes: 0, body: Buffer.alloc(0), ms: 0 }

/** Reads the content, or the start of what is longer than the limit, and checks its size and its digest. */
export async function fetchContent(session: Session, request: FetchRequest): Promise<Fetched> {
  const { kind, descriptor } = request
  const fault = descriptorFault(kind, descriptor) ?? addressFault(kind, descriptor)
  if (fault !== undefined) return { ...NOTHING, fault }
  const sink = openSink(request)
  const { data = Buffer.alloc(0), size } = descriptor
  if (session.client.images.embedded && data.length === size) {
    sink.add(data)
    return { ...NOTHING, ...checked(sink, request) }
  }
  const outcome = await readInto(sink, session, request)
  const { respondedAt = 0, endedAt = performance.now() } = outcome.trace
  const ms = endedAt - respondedAt
  if (outcome.fault !== undefined) return { ...sink.read(), ms, fault: afterHead(outcome.fault, outcome) }
  return { ms, ...checked(sink, request) }
}

/** Why containerd cannot fetch it from anywhere. */
export function descriptorFault(kind: FetchRequest['kind'], { size, digest }: Descriptor): Fault | undefined {
  if (size <= 0)
    return { reason: 'wrong_digest', what: `the stated size of the ${kind} is ${size}`, ...CHECK_CONTENT }
  if (!isStorable(digest))
    return {
      reason: 'wrong_digest',
      what: `the ${kind} has a digest that containerd cannot store`,
      ...CHECK_CONTENT,
    }
  return undefined
}

/** containerd requests these urls first, and the mirror only if they fail. */
function addressFault(kind: FetchRequest['kind'], { urls }: Descriptor): Fault | undefined {
  if (!urls.some(url => /^https?:/i.test(url))) return undefined
  return {
    reason: undefined,
    what: `the ${kind} of the canary is at another address (urls), which a probe does not request`,
    todo: 'set a canary whose layers have no urls',
  }
}

/** Once the content has begun, containerd requests the rest of the same endpoint (httpreadseeker.go Read@v2.1.9). */
function afterHead(fault: Fault, { trace, response }: Read): Fault {
  return trace.phase === 'body' && response === undefined ? { ...fault, stops: true } : fault
}

const CHECK_CONTENT = {
  todo: 'compare it with that of another endpoint, and check the image (canary in the list)',
  forUrl: 'compare it with that of another endpoint, and check the image (--image)',
} as const satisfies Partial<Fault>

interface Sink {
  add(chunk: Buffer): void
  read(): Pick<Fetched, 'bytes' | 'body'>
  digest(): string
}

function openSink({ keep, limit }: FetchRequest): Sink {
  const hash = createHash('sha256')
  const kept: BodyCollector = collectBody({ bodyLimit: limit })
  let bytes = 0
  return {
    add: chunk => {
      bytes += chunk.length
      hash.update(chunk)
      if (keep) kept.add(chunk)
    },
    read: () => ({ bytes, body: kept.body() }),
    digest: () => `sha256:${hash.digest('hex')}`,
  }
}

type Read = Pick<Outcome, 'trace'> & { readonly fault?: Fault; readonly response?: HttpResponse }

/** If the connection is cut off, containerd requests the rest: core/remotes/docker/httpreadseeker.go Read@v2.1.9. */
async function readInto(sink: Sink, session: Session, request: FetchRequest): Promise<Read> {
  const { kind, descriptor, limit } = request
  const accept = [descriptor.mediaType, '*/*'].filter(Boolean).join(', ')
  const get = {
    method: 'GET',
    kind,
    reference: descriptor.digest,
    accept,
    bodyLimit: lengthOf(request),
  } as const
  const first = await requestContent(session, { ...get, onChunk: sink.add })
  const { bytes } = sink.read()
  if (!isCutOff(first)) return first
  if (bytes >= descriptor.size) return { trace: first.trace }
  const rest = collectBody({ bodyLimit: limit })
  const headers = { range: `bytes=${bytes}-` }
  const second = await requestContent(session, { ...get, onChunk: chunk => void rest.add(chunk), headers })
  const added = 'fault' in second ? undefined : restOf(second.response, rest.body(), bytes)
  if (added === undefined) return first
  sink.add(added)
  return second
}

/** The bytes of the response that follow the first `offset` ones; undefined: it has others. */
function restOf(response: HttpResponse, body: Buffer, offset: number): Buffer | undefined {
  const range = readHeader(response, 'content-range')
  if (range !== '') return range.startsWith(`bytes ${offset}-`) ? body : undefined
  return response.status === 206 ? body : body.subarray(offset)
}

/** Only while the body is read; anything else is not repeated. */
function isCutOff(outcome: Outcome): boolean {
  return 'fault' in outcome && outcome.cutOff === true && outcome.trace.phase === 'body'
}

function lengthOf({ descriptor: { size }, limit }: FetchRequest): number {
  return Math.min(size, limit)
}

/** The digest of what is longer than the limit is not checked. */
function checked(sink: Sink, request: FetchRequest): Omit<Fetched, 'ms'> {
  const { kind, descriptor } = request
  const { digest, size } = descriptor
  const read = sink.read()
  const fault = (what: string): Omit<Fetched, 'ms'> => ({
    ...read,
    fault: { reason: 'wrong_digest', what, stops: true },
  })
  if (read.bytes < lengthOf(request))
    return fault(`the ${kind} is shorter than the size that is stated for it`)
  if (size > request.limit) return read
  if (read.bytes > size) return fault(`the ${kind} is longer than the size that is stated for it`)
  return sink.digest() === digest ? read : fault(`the ${kind} does not match its digest`)
}
