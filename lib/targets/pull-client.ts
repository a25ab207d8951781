import { NEWEST_TLS, type TlsClient } from './tls-client.ts'

/** What a runtime's HTTP client sends and accepts, as far as runtimes and their releases differ. Pure data. */
export interface PullClient {
  /** Its User-Agent: the runtime with its release, `containerd/2.1.4`. */
  readonly userAgent: string
  /** Whether a User-Agent in the headers of the list replaces it. */
  readonly userAgentOfList: boolean
  readonly tokens: TokenClient
  readonly tls: TlsClient
  /** The Go that it is built with, for its rules of HTTP. */
  readonly go: GoRelease
  /** Its Accept-Encoding for content by digest, which it decodes itself. Undefined: Go adds its own. */
  readonly fetchEncodings: string | undefined
  readonly images: ImageRules
}

/** How a runtime reads images. */
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
  /** Whether it reads the manifest of a tag by GET, so that it does not matter what an endpoint responds to HEAD. */
  readonly getsTags?: boolean
}

/** The releases of Go that read HTTP in different ways; releases after 1.24 read it as that does. */
export type GoRelease = '1.19' | '1.24'

export interface TokenClient {
  /** Whether a token service is sent the headers that the list has for the endpoint. */
  readonly staticHeaders: boolean
  /** Whether a token that the endpoint refuses is replaced once. */
  readonly renewsRefused: boolean
  /** Whether a token is replaced when its `expires_in` is over. */
  readonly renewsExpired: boolean
}

/** The client of a probe without a runtime: that of the newest containerd, without its name. */
export const PLAIN_CLIENT: PullClient = {
  userAgent: '',
  userAgentOfList: true,
  go: '1.24',
  fetchEncodings: undefined,
  tokens: { staticHeaders: true, renewsRefused: true, renewsExpired: true },
  tls: NEWEST_TLS,
  images: { schema1: false, embedded: true, transferService: true },
}
