/** Why a value is not accepted, by a check that does not know where the value stands. */
export interface Refused {
  readonly message: string
  readonly hint?: string | undefined
}

export function isRefused<T extends object>(result: T | Refused): result is Refused {
  return 'message' in result
}

/** For a value that a check has accepted before. Throws where it has not, which is a bug. */
export function accepted<T extends object>(result: T | Refused): T {
  if (isRefused(result)) throw new Error(`not accepted: ${result.message}`)
  return result
}
