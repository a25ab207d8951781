/** What a runtime does for a pull of one image: the endpoints that it contacts, how it found them, how it uses them. */
import type { Issue } from '../model/errors.ts'
import type { Lookup } from '../model/lookup.ts'
import type { Capability } from '../model/registry.ts'

/** The name of an image as the runtime completes it. */
export interface ImageName {
  /** `docker.io`, `registry.example:5000`. */
  readonly registry: string
  /** `library/busybox`. */
  readonly repository: string
  /** A tag, or a digest with its algorithm. */
  readonly reference: string
}

/** An endpoint that the runtime contacts for an image. */
export interface EffectiveEndpoint {
  /** The API base: what precedes `/<repository>/manifests/…`. */
  readonly url: string
  /** The same over plain http, which is tried where `url` does not speak TLS. */
  readonly plainUrl?: string
  readonly role: 'mirror' | 'server'
  /** Tags are resolved where `pull` and `resolve` are granted. Content is fetched by digest from every endpoint. */
  readonly capabilities: readonly Capability[]
  readonly skipVerify: boolean
  /** Paths of PEM files, trusted besides the CAs of the system. */
  readonly ca: readonly string[]
  /** Paths of client certificates; without a key, the key is in the same file. */
  readonly client: readonly { readonly cert: string; readonly key?: string }[]
  /** Names of the static headers. Their values are secrets. */
  readonly header: readonly string[]
  /** As written; absent: the default of the runtime. */
  readonly dialTimeout?: string
  /** The registry's name, sent as `?ns=` to an endpoint that is not that registry. */
  readonly ns?: string
  /** Where it is written; absent: it follows from the registry's name. */
  readonly source?: { readonly file: string; readonly line?: number }
  /** Why every request to it fails. */
  readonly problem?: string
}

/** What a pull does with one endpoint. */
export interface Conduct {
  readonly credentials: Credentials
  /** How long it waits; one, or one for each group of releases. */
  readonly waits: readonly Wait[]
  /** The static headers with their values, which are secrets. */
  readonly headers: Readonly<Record<string, string>>
}

/** What an endpoint is sent that responds with 401 and a challenge. */
export interface Credentials {
  /** Whether it is sent the credentials of the pull, such as those of a Kubernetes pull secret. */
  readonly ofPull: boolean
  /** Where the node has credentials for it, used where the pull has none. */
  readonly ofNode?: { readonly file: string; readonly line?: number }
}

/** How long a pull waits for an endpoint that does not work. */
export interface Wait {
  readonly releases?: readonly ReleaseRange[]
  /** Seconds for each request where nothing responds to the connection. */
  readonly connectS: number
  /** Whether it waits once for a pull: an endpoint that fails its first request is not used again. */
  readonly oncePerPull?: true
  /** The time that is configured and that the runtime ignores. */
  readonly ignoredTimeout?: string
  /** Where the connection is accepted, and no response follows. */
  readonly silent:
    | { readonly kind: 'hangs' }
    /** The whole pull fails, without the endpoints after it. */
    | { readonly kind: 'fails'; readonly afterS: number }
    /** Each request goes to the next endpoint. */
    | { readonly kind: 'next'; readonly afterS: number }
}

/** Releases of a runtime in the order of their numbers. */
export interface ReleaseRange {
  readonly from: string
  /** The first release that is not meant; absent: every later one is. */
  readonly before?: string
}

/** What the runtime does for a pull of one image. */
export interface PullRoute {
  /** The releases that do so; absent: the release is known, or all that may run here agree. */
  readonly releases?: readonly ReleaseRange[]
  /** Absent where the name is no image name. */
  readonly image?: ImageName
  /** Absent where the pull fails before it looks for endpoints. */
  readonly lookup?: Lookup
  /** In the order in which they are tried; empty where `failure` or `unknown` gives the reason. */
  readonly endpoints: readonly EffectiveEndpoint[]
  /** Why the pull fails before any request. */
  readonly failure?: Issue
  /** Why regmirror cannot know which endpoints are contacted. */
  readonly unknown?: Issue
  /** What the runtime ignores on the way, such as a file that it refuses. */
  readonly ignored: readonly Issue[]
}
