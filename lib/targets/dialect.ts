/** How a runtime speaks to registries: where runtimes differ. */
import type { ApiBase } from '../model/registry.ts'

export interface Dialect {
  /** The `ns` parameter of a request to `host` for an image of `registry`; undefined: the request has none. */
  namespace(registry: string, host: string): string | undefined
  /** Where a registry is served for which the list names no server. */
  defaultServer(registry: string): DefaultServer
  /** Whether it has a setting for the scheme of a registry's own server: then `http://` there is not another server. */
  readonly setsServerScheme?: true
  /** How long it waits for a connection where its configuration does not say. */
  readonly dialTimeoutMs: number
  /**
   * Whether it pings `/v2/` first: an endpoint that fails that ping is not used, whatever it serves, and tokens are
   * requested as the response to the ping says.
   */
  readonly pingDecides: boolean
  /** Which responses to that ping are enough. Absent: 200 and 401. */
  readonly pingAccepts?: 'any_response'
  /** Whether no request follows a ping that requires a password, because it has none for mirrors. */
  readonly stopsAtPassword?: boolean
  /** Whether it waits for a connection as long as `dialTimeoutMs` says, whatever the list says. */
  readonly ignoresDialTimeout?: boolean
  /** Whether it tries https, and after any failure http, where the URL is http or no certificate is checked. */
  readonly triesHttpsFirst?: boolean
  /**
   * Of a pull that takes all from one endpoint: the first that serves the manifest, whatever follows; or the first that serves
   * everything. Absent: each part may come from another endpoint.
   */
  readonly pullsFrom?: 'first_with_manifest' | 'first_with_all'
  /** Whether the headers of the list are sent. */
  readonly sendsHeaders: boolean
}

export interface DefaultServer {
  /** Tried in turn while one does not speak its scheme. */
  readonly bases: readonly [ApiBase, ...ApiBase[]]
  readonly skipVerify: boolean
}
