/** How a runtime speaks to registries: where runtimes differ. */
import type { ApiBase } from '../model/registry.ts'

export interface Dialect {
  /** The `ns` parameter of a request to `host` for an image of `registry`; undefined: the request has none. */
  namespace(registry: string, host: string): string | undefined
  /** Where a registry is served for which the list names no server. */
  defaultServer(registry: string): DefaultServer
  /** How long it waits for a connection where its configuration does not say. */
  readonly dialTimeoutMs: number
  /** Whether an endpoint that fails a ping of `/v2/` is not used, whatever it serves. */
  readonly pingDecides: boolean
  /** Whether the headers of the list are sent. */
  readonly sendsHeaders: boolean
}

export interface DefaultServer {
  /** Tried in turn while one does not speak its scheme. */
  readonly bases: readonly [ApiBase, ...ApiBase[]]
  readonly skipVerify: boolean
}
