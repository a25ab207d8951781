/** How a runtime speaks to registries, and what its configuration can express: where runtimes differ. */
import type { ApiBase, BaseForm, Capability } from '../model/registry.ts'

export interface Dialect {
  /** The `ns` parameter of a request to `host` for an image of `registry`; undefined: the request has none. */
  namespace(registry: string, host: string): string | undefined
  /** Where a registry is served for which the list names no server. */
  defaultServer(registry: string): DefaultServer
  /** How long it waits for a connection where its configuration does not say. */
  readonly dialTimeoutMs: number
  /** How a release reads images; undefined: the newest one. */
  imageRules(version: string | undefined): ImageRules
  readonly expresses: Expressible
}

/** How a runtime reads images, where its releases differ. */
export interface ImageRules {
  /** Whether it converts manifests of schema 1. */
  readonly schema1: boolean
  /** Whether it uses content that a descriptor itself holds (`data`). */
  readonly embedded: boolean
  /**
   * Whether it fetches every entry of an index for its platform, and needs no layers; else only the best entry, whose layers
   * and config must agree.
   */
  readonly transferService: boolean
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
export type ListKey = 'server' | 'fallback' | 'ca' | 'client' | 'header' | 'skip_verify'
