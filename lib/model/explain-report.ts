/** `explain`: what a pull of an image does on this node, as `--format json` prints it. */
import type { Lookup } from './lookup.ts'
import type { TargetReport } from './target-report.ts'

export interface ExplainReport<Notice> {
  readonly version: 1
  readonly kind: 'explain'
  readonly images: readonly ExplainedImage[]
  /** The runtimes on this machine; absent under `--root`. */
  readonly targets?: readonly TargetReport[]
  readonly notices: readonly Notice[]
}

/** One image through one runtime. */
export interface ExplainedImage {
  /** As given. */
  readonly image: string
  readonly target: string
  /** The release of the runtime that the routes are for; absent: not known. */
  readonly version?: string
  /** The name as the runtime completes it. */
  readonly registry: string
  readonly repository: string
  /** A tag, or a digest with its algorithm. */
  readonly reference: string
  /**
   * One; or one for each group of releases, where the release is not known; or two, where a reload or a restart of the
   * daemon would change them.
   */
  readonly routes: readonly ExplainedRoute[]
  /** Absent without a list. */
  readonly list?: ExplainedList
}

/** Places and messages, as in errors. */
export interface ExplainedIssue {
  readonly message: string
  readonly hint?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

export interface ExplainedReleases {
  readonly from: string
  /** The first release that is not meant; absent: every later one is. */
  readonly before?: string
}

export interface ExplainedRoute {
  readonly releases?: readonly ExplainedReleases[]
  /** Absent where neither a reload nor a restart changes anything. */
  readonly when?: 'until_reload' | 'after_reload' | 'until_restart' | 'after_restart'
  readonly lookup?: Lookup
  /** In the order in which they are tried. */
  readonly endpoints: readonly ExplainedEndpoint[]
  /** Why every pull fails. */
  readonly failure?: ExplainedIssue
  /** Why regmirror cannot know the endpoints. */
  readonly unknown?: ExplainedIssue
  /** What the runtime ignores. */
  readonly ignored: readonly ExplainedIssue[]
  /** With `--probe`. */
  readonly pull?: ProbedPull
}

export interface ExplainedEndpoint {
  /** The API base. */
  readonly url: string
  /** The same over plain http, which is tried where `url` does not speak TLS. */
  readonly plain_url?: string
  readonly role: 'mirror' | 'server'
  readonly source?: { readonly file: string; readonly line?: number }
  readonly capabilities: readonly ('pull' | 'resolve' | 'push')[]
  readonly requests: ExplainedRequests
  /** Absent over plain http. */
  readonly tls?: ExplainedTls
  /** Names of the static headers. */
  readonly headers: readonly string[]
  readonly credentials: ExplainedCredentials
  /** As configured; absent: the default of the runtime. */
  readonly dial_timeout?: string
  readonly waits: readonly ExplainedWait[]
  /** Why every request to it fails. */
  readonly problem?: string
  /** With `--probe`. */
  readonly probe?: ProbedEndpoint
}

/** URLs; `{digest}` stands for one that only the registry knows. */
export interface ExplainedRequests {
  /** HEAD. Absent where this reference is not resolved at this endpoint. */
  readonly resolve?: string
  /** GET. */
  readonly manifest: string
  /** GET. */
  readonly blob: string
}

export interface ExplainedTls {
  /** PEM files, trusted besides the CAs of the system. */
  readonly ca: readonly string[]
  readonly client: readonly { readonly cert: string; readonly key?: string }[]
  readonly skip_verify: boolean
}

/** What an endpoint is sent that responds with 401. */
export interface ExplainedCredentials {
  /** Whether it is sent the credentials of the pull, such as those of a Kubernetes pull secret. */
  readonly of_pull: boolean
  /** Where the node has credentials for it. */
  readonly of_node?: { readonly file: string; readonly line?: number }
}

/** How long a pull waits for an endpoint that does not work. */
export interface ExplainedWait {
  readonly releases?: readonly ExplainedReleases[]
  /** Seconds for each request where nothing responds to the connection. */
  readonly connect_s: number
  /** The same for a whole pull of an image with one layer. */
  readonly pull_s: number
  /** The time that is configured and that the runtime ignores. */
  readonly ignored_timeout?: string
  /**
   * Where a connection is accepted, and no response follows: the pull `hangs`; or it `fails`, without the endpoints after
   * this one; or each request goes to the `next` endpoint.
   */
  readonly silent: { readonly kind: 'hangs' | 'fails' | 'next'; readonly after_s?: number }
}

/** How the node differs from the list. */
export interface ExplainedList {
  readonly file: string
  /** The entry of the list that is for this image; absent: it has none. */
  readonly registry?: string
  /** Why the runtime does not use that entry for every pull; `impossible`: nothing of it is written for this runtime. */
  readonly registry_loss?: { readonly loss: 'lossy' | 'impossible'; readonly detail: string }
  /** Files that `apply` would change and that decide about this image; absent: not compared. */
  readonly changes?: readonly {
    readonly path: string
    readonly action: 'create' | 'update' | 'delete'
    readonly effect: string
  }[]
  /** Why the node is not compared with the list. */
  readonly not_compared?: string
  /** Mirrors of the list that are not written, because `watch` found them unhealthy. */
  readonly excluded: readonly { readonly mirror: string; readonly detail: string }[]
}

/** What a request to one endpoint showed. */
export interface ProbedStep {
  /** `ok`; `next`: the pull goes on with the next endpoint; `stops`: the pull fails; `unknown`: a probe cannot judge it. */
  readonly outcome: 'ok' | 'next' | 'stops' | 'unknown'
  readonly ms: number
  readonly reason?: string
  readonly detail?: string
}

export interface ProbedEndpoint {
  /** Whether a pull through it alone would work. */
  readonly serves: boolean
  /** How many addresses its name has, where the runtime does not reach the second. */
  readonly addresses?: number
  /** The tag or the digest; absent where it is not resolved here. */
  readonly resolve?: ProbedStep & { readonly digest?: string }
  /** By digest; absent where no endpoint has resolved the image. */
  readonly manifests?: ProbedStep
  /** The config, and as many of the smallest layers as a probe reads; absent where no endpoint has served the manifests. */
  readonly blobs?: ProbedStep & { readonly bytes: number }
}

/** What the whole pull does. */
export interface ProbedPull {
  readonly outcome: 'served' | 'fails' | 'unknown'
  readonly digest?: string
  /** The endpoint that resolves the image. */
  readonly resolved_by?: string
  /** The endpoints that serve its content, in the order of first use. */
  readonly served_by: readonly string[]
  /** The endpoint at which it fails, or that a probe cannot judge. */
  readonly stopped_at?: string
  readonly detail: string
}
