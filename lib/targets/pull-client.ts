import { NEWEST_TLS, type TlsClient } from './tls-client.ts'

/** What a runtime's HTTP client sends and accepts, as far as runtimes and their releases differ. Pure data. */
export interface PullClient {
  /** Its User-Agent: the runtime with its release, `containerd/2.1.4`. */
  readonly userAgent: string
  /** Whether a User-Agent in the headers of the list replaces it. */
  readonly userAgentOfList: boolean
  readonly tokens: TokenClient
  readonly tls: TlsClient
}

export interface TokenClient {
  /** Whether a token service is sent the headers that the list has for the endpoint. */
  readonly staticHeaders: boolean
  /** Whether a token that the endpoint calls invalid is replaced once, even if it was valid before. */
  readonly renewsRefused: boolean
  /** Whether a token is replaced when its `expires_in` is over. */
  readonly renewsExpired: boolean
}

/** Without a runtime: as the newest one does it. */
export const PLAIN_CLIENT: PullClient = {
  userAgent: '',
  userAgentOfList: true,
  tokens: { staticHeaders: true, renewsRefused: true, renewsExpired: true },
  tls: NEWEST_TLS,
}
