/** Certificates that Go's parser refuses. Pure. */
import { codedError } from '../../system/coded-error.ts'

const MALFORMED = 'MALFORMED_CERTIFICATE'

/** `what` is a noun that follows "has", such as "a malformed serial number". */
export function malformed(what: string): Error {
  return Object.assign(codedError(MALFORMED), { what })
}

/** What is malformed; undefined if the error is another one. */
export function malformedPart(error: unknown): string | undefined {
  const { code, what } = (error ?? {}) as { code?: string; what?: string }
  return code === MALFORMED ? what : undefined
}
