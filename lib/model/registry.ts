/**
 * The nouns: what a mirror list means once it is read, checked and completed with every default. Imports nothing;
 * everything after the list (targets, probe, reports) uses these types.
 */

/** What a mirror is used for. containerd: core/remotes/docker/registry.go:29-60@v2.3.4. */
export type Capability = 'pull' | 'resolve' | 'push'

/**
 * A position in the list, for messages. Line and column count from 1, and may be found only when they are read: a spread
 * does not copy them.
 */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * Where the API root `/v2` is in the path of a url: `root` = `/v2` itself; `prefix` = `/v2/P` (a prefix of every
 * repository: Harbor, DaoCloud); `mounted` = `/P/v2` (a registry below a path: Artifactory); `exact` = used unchanged.
 */
export type BaseForm = 'root' | 'prefix' | 'mounted' | 'exact'

/** A registry API base: the absolute url that directly precedes `/<repository>/manifests/…`. */
export interface ApiBase {
  /** Scheme, host and port: `https://mirror.example:5000`, lower case, no default port. */
  readonly origin: string
  /** Path of the API base, never ending in `/`: `/v2`, `/v2/hub`, `/registry/v2`; only `exact` may be empty. */
  readonly path: string
  readonly form: BaseForm
}

/** A file that the list refers to, with its content. */
export interface Attachment {
  /** As the list's side of the node sees it, for messages. */
  readonly path: string
  readonly text: string
}

/** A client certificate and its key, both PEM. */
export interface ClientPair {
  readonly cert: Attachment
  readonly key: Attachment
}

/** How an endpoint is reached. */
export interface Connection {
  readonly base: ApiBase
  /** Go duration, as in hosts.toml: `2s`. Undefined: that of the runtime. */
  readonly dialTimeout: string | undefined
  readonly ca: readonly Attachment[]
  readonly client: ClientPair | undefined
  readonly skipVerify: boolean
  /** Every value is treated as a secret. */
  readonly header: Readonly<Record<string, string>>
  /** Private hosts that a probe may be redirected to: exact names, addresses, networks. */
  readonly redirects: readonly string[]
  readonly place: Place
}

/** An endpoint that is used before the registry's own server. */
export interface Mirror extends Connection {
  readonly capabilities: readonly Capability[]
  readonly dialTimeout: string
}

/** The registry's own endpoint, used last. */
export interface Server extends Connection {
  /** Whether the list names it; otherwise it follows from the registry's name. */
  readonly declared: boolean
}

/** A namespace of image names (`docker.io`, `reg.example:5000`, or `*` for every other) and its endpoints. */
export interface Registry {
  /** Lower case; `*` stands for every registry without an entry of its own. */
  readonly name: string
  /** Undefined for `*` and for `fallback: false`. */
  readonly server: Server | undefined
  /** In the order of the list: order is policy. */
  readonly mirrors: readonly Mirror[]
  /** False: the server is never used. */
  readonly fallback: boolean
  /** Names of the targets that get it; undefined: every one. */
  readonly targets?: readonly string[]
  readonly canary: string | undefined
  readonly place: Place
}

/** A table as written, every key of the type that its schema gives. */
export type WrittenTable = Readonly<Record<string, unknown>>

/** `[targets.NAME]`. Its meaning is the target's: `resolve` of the target's settings reads it. */
export interface ListedTarget {
  readonly written: WrittenTable
  readonly place: Place
}

/** `[health]` with defaults filled in; durations in milliseconds. */
export interface HealthSettings {
  /** Between two probes of a mirror. */
  readonly intervalMs: number
  /** For the response to a probe. */
  readonly timeoutMs: number
  /** Successful probes in a row that make a mirror healthy. */
  readonly rise: number
  /** Failed probes in a row that make a mirror unhealthy. */
  readonly fall: number
  /** What watch does with a mirror that is unhealthy or rate limited. */
  readonly onUnhealthy: 'drop' | 'demote' | 'keep'
  /** A response that takes this long is slow; undefined: none is. */
  readonly slowAfterMs: number | undefined
  /** How deep a mirror is probed where no flag decides. */
  readonly depth: 'ping' | 'manifest'
  /** `list`: order is policy; otherwise mirrors come first that are clearly better by measurement. */
  readonly order: 'list' | 'latency' | 'throughput'
}

/** A whole list, resolved. */
export interface MirrorList {
  readonly registries: readonly Registry[]
  readonly health: HealthSettings
  /** The runtimes to configure, by name; at least one. */
  readonly targets: Readonly<Record<string, ListedTarget>>
  /** Registries of the targets that have other mirrors now, or the same ones in another order; `registriesFor` reads it. */
  readonly byTarget?: Readonly<Record<string, readonly Registry[]>>
}

/** The server of docker.io. */
export const DOCKER_HUB = 'https://registry-1.docker.io'

/** Whether the registry's server is used for what no mirror serves; `*` has none. */
export function mayFallBack({ name, fallback }: Pick<Registry, 'name' | 'fallback'>): boolean {
  return fallback && name !== '*'
}

/** Whether containerd resolves tags with it: only with both (core/remotes/docker/resolver.go:252-270@v2.3.4). */
export function mayResolve({ capabilities }: { readonly capabilities: readonly Capability[] }): boolean {
  return capabilities.includes('resolve') && capabilities.includes('pull')
}

/** The API base as one string. */
export function baseUrl(base: ApiBase): string {
  return base.origin + base.path
}

/** Whether a `host[:port]` is this machine itself (core/remotes/docker/registry.go MatchLocalhost@v2.3.4). */
export function isLoopback(hostPort: string): boolean {
  const host = hostPort.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
