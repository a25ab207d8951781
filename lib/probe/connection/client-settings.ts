/** How a runtime's HTTP client is configured for one host. */
export interface ClientSettings {
  /** PEM texts, trusted in addition to the system's certificates. */
  readonly ca: readonly string[]
  /** PEM texts. */
  readonly client?: { readonly cert: string; readonly key: string }
  readonly skipVerify: boolean
  /** Sent with every request to the host itself. Every value is a secret. */
  readonly header: Readonly<Record<string, string>>
  /** Private hosts that it may redirect to, or that issue its tokens: exact names, addresses, networks. */
  readonly redirects: readonly string[]
  /** Limit for name lookup and connection together, as in Go's net.Dialer. */
  readonly dialTimeoutMs: number
}
