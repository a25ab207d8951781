/** Why something was not accepted; the answer of every small reader that cannot say where the thing stood. */
export interface Refused {
  readonly message: string
  readonly hint?: string | undefined
}

export function isRefused<T extends object>(result: T | Refused): result is Refused {
  return 'message' in result
}
