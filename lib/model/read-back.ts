/** What the files of a runtime say about mirrors, and what of it a list cannot hold. */
import type { Issue } from './errors.ts'
import type { Capability } from './registry.ts'

export interface ReadBack {
  /** In the order of the files; a registry may be there more than once. */
  readonly registries: readonly FoundRegistry[]
  readonly losses: readonly Loss[]
}

/** Something that does not reach the list, or not as it was. The hint names a remedy. */
export interface Loss extends Issue {
  readonly registry?: string
  /** A file of the node that an import of its own can read. */
  readonly from?: string
}

/** Where something is written. */
export interface FoundAt {
  readonly file: string
  readonly line?: number
}

/** What is written about an entry: lines of comments, without `#`. */
interface Commented {
  readonly at: FoundAt
  readonly comments?: readonly string[]
}

export interface FoundRegistry extends Commented {
  /** As the runtime looks it up; `*` stands for every registry without an entry of its own. */
  readonly name: string
  /** In the order in which the runtime tries them. */
  readonly mirrors: readonly FoundMirror[]
  /** Absent: the server that follows from the name. */
  readonly server?: FoundEndpoint
  /** False: the server is never used. */
  readonly fallback?: boolean
  /** The runtimes that have it, by the names of the table; absent: it is of no certain one. */
  readonly targets?: readonly string[]
}

export interface FoundEndpoint extends Commented {
  /** The API base: what precedes `/<repository>/manifests/…`. */
  readonly url: string
  /** Absolute paths of PEM files. */
  readonly ca?: readonly string[]
  readonly client?: { readonly cert: string; readonly key: string }
  readonly skipVerify?: boolean
  /** Secrets. */
  readonly header?: Readonly<Record<string, string>>
  /** Sent as `Authorization: Basic`. The password is a secret. */
  readonly login?: { readonly user: string; readonly password: string }
  /** As Go writes durations. */
  readonly dialTimeout?: string
}

export interface FoundMirror extends FoundEndpoint {
  /** Absent: pull and resolve. */
  readonly capabilities?: readonly Capability[]
}
