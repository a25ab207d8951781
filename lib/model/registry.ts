/**
 * The nouns: what a mirror list says once it is read, checked and completed with every default.
 * Imports nothing; everything downstream (targets, probe, reports) speaks in these.
 */

/** What a mirror may be asked for. containerd: core/remotes/docker/registry.go:29-60@v2.3.4. */
export type Capability = 'pull' | 'resolve' | 'push'

/** Where something stands in the list, for messages. Line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * How a url's path stands to the API root `/v2`:
 * `root` = `/v2` itself; `prefix` = `/v2/P` (a repository prefix: Harbor, DaoCloud);
 * `mounted` = `/P/v2` (a registry under a path: Artifactory); `exact` = taken verbatim.
 */
export type BaseForm = 'root' | 'prefix' | 'mounted' | 'exact'

/** A registry API base: the absolute url that directly precedes `/<repository>/manifests/…`. */
export interface ApiBase {
  /** Scheme, host and port as one writes them: `https://mirror.example:5000`, lower case, no default port. */
  readonly origin: string
  /** Path of the API base, never ending in `/`: `/v2`, `/v2/hub`, `/registry/v2`; only `exact` may be empty. */
  readonly path: string
  readonly form: BaseForm
}

/** A file the list refers to, with what was in it. */
export interface Attachment {
  /** The path as resolved on the list's side, for messages. */
  readonly path: string
  readonly text: string
}

/** A client certificate and its key, both PEM. */
export interface ClientPair {
  readonly cert: Attachment
  readonly key: Attachment
}

/** An endpoint tried before the registry's own server. */
export interface Mirror {
  readonly base: ApiBase
  readonly capabilities: readonly Capability[]
  /** Go duration, as hosts.toml takes it: `2s`. */
  readonly dialTimeout: string
  readonly ca: readonly Attachment[]
  readonly client: ClientPair | undefined
  readonly skipVerify: boolean
  /** Every value is treated as a secret. */
  readonly header: Readonly<Record<string, string>>
  readonly place: Place
}

/** The registry's own endpoint, tried last. */
export interface Server {
  readonly base: ApiBase
  /** Whether the list names it; otherwise it follows from the registry's name. */
  readonly declared: boolean
}

/** A namespace of image names (`docker.io`, `reg.example:5000`, or `*` for every other) and its endpoints. */
export interface Registry {
  /** Lower case; `*` stands for every registry without an entry of its own. */
  readonly name: string
  /** Undefined for `*`, for `fallback: false`, and where containerd had better find it (loopback, undeclared). */
  readonly server: Server | undefined
  /** In the order of the list: order is policy. */
  readonly mirrors: readonly Mirror[]
  /** False: never ask the server. */
  readonly fallback: boolean
  readonly canary: string | undefined
  readonly place: Place
}

/** Settings of `[targets.containerd]`, defaults filled in where they do not depend on the node. */
export interface ContainerdSettings {
  /** Path of config.toml on the node; false: manage hosts.toml only. */
  readonly config: string | false
  /** Undefined: what the node has set, else the default. */
  readonly hostsDir: string | undefined
  /** `2.1` or `1.7.24`; undefined: asked of the node. */
  readonly version: string | undefined
  readonly place: Place
}

/** `[health]` with defaults filled in; durations in milliseconds. */
export interface HealthSettings {
  /** Between two questions to a mirror, and for the answer to one. */
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Answers in a row that make a mirror healthy, and those that make it unhealthy. */
  readonly rise: number
  readonly fall: number
  /** What watch does with a mirror that is not well. */
  readonly onUnhealthy: 'drop' | 'demote' | 'keep'
  /** From this on an answer is slow; undefined: none is. */
  readonly slowAfterMs: number | undefined
  /** How deep a mirror is asked where nobody says otherwise. */
  readonly depth: 'ping' | 'manifest'
  /** `list`: order is policy; otherwise what was measured to be clearly better goes first. */
  readonly order: 'list' | 'latency' | 'throughput'
}

/** A whole list, resolved. */
export interface MirrorList {
  readonly registries: readonly Registry[]
  readonly health: HealthSettings
  readonly targets: { readonly containerd: ContainerdSettings }
}

/** Whether its own server is asked for what no mirror serves; `*` has none. */
export function mayFallBack({ name, fallback }: Pick<Registry, 'name' | 'fallback'>): boolean {
  return fallback && name !== '*'
}

/** The API base as one string. */
export function baseUrl(base: ApiBase): string {
  return base.origin + base.path
}

/**
 * Whether a `host[:port]` is this machine itself: containerd treats these registries differently
 * (core/remotes/docker/registry.go MatchLocalhost@v2.3.4).
 */
export function isLoopback(hostPort: string): boolean {
  const host = hostPort.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
