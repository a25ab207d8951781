/** How a runtime speaks to registries, and what its configuration can express: where runtimes differ. */
import type { ApiBase, BaseForm, Capability } from '../model/registry.ts'

export interface Dialect {
  /** The `ns` parameter of a request to `host` for an image of `registry`; undefined: the request has none. */
  namespace(registry: string, host: string): string | undefined
  /** Where a registry is served for which the list names no server. */
  defaultServer(registry: string): DefaultServer
  /** How long it waits for a connection where its configuration does not say. */
  readonly dialTimeoutMs: number
  readonly expresses: Expressible
}

export interface DefaultServer {
  /** Tried in turn while one does not speak its scheme. */
  readonly bases: readonly [ApiBase, ...ApiBase[]]
  readonly skipVerify: boolean
}

export interface Expressible {
  readonly forms: readonly BaseForm[]
  readonly keys: readonly ListKey[]
  /** The capabilities that every mirror has; `any`: each mirror has its own. */
  readonly capabilities: 'any' | readonly Capability[]
}

/** Keys of a list that change where images come from; a runtime without one of them must not ignore it. */
export type ListKey = 'server' | 'fallback' | ConnectionKey | `server.${ConnectionKey}`

/** Keys of a mirror, and of the table of a server. */
export type ConnectionKey = 'ca' | 'client' | 'header' | 'skip_verify'
