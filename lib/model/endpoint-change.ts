/** What a runtime contacts for a registry before and after a change. */

/** An endpoint that a runtime contacts. */
export interface ContactedEndpoint {
  readonly url: string
  readonly capabilities: readonly string[]
  readonly skip_verify?: boolean
  /** Paths of certificates, and names of headers. */
  readonly ca?: readonly string[]
  readonly client?: readonly string[]
  readonly header?: readonly string[]
}

/** In their order; none where `problem` is why no pull works, or why this is not known. */
export interface Endpoints {
  readonly endpoints: readonly ContactedEndpoint[]
  readonly problem?: string
}

/** With `--migrate`: the endpoints of a registry before and after. Headers are not compared. */
export interface EndpointChange {
  readonly target: string
  /** `*`: any registry without an entry of its own. */
  readonly registry: string
  readonly equal: boolean
  readonly before: Endpoints
  readonly after: Endpoints
}
