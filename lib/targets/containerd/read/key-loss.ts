/** Something of a host that does not reach the list; `key` is its place below the host. */
export interface KeyLoss {
  readonly key: readonly string[]
  readonly message: string
  readonly hint: string
}
