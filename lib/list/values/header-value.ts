/** The value of a header. Pure; no message repeats a part of it. */

import { authorizationProblem } from '../../model/authorization.ts'
import type { Refused } from '../../model/refused.ts'

/** Why a value cannot be used; the message follows "the value …". */
export function headerProblem(name: string, value: string): Refused | undefined {
  // A line break is most often one of the program base64: that remedy is the better one.
  const special = isAuthorization(name) && value !== '' ? authorizationProblem(value) : undefined
  if (special !== undefined) return special
  const message = textProblem(value)
  return message === undefined ? undefined : { message }
}

export function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization'
}

/** Why runtimes would not all send a text in the same way. */
function textProblem(value: string): string | undefined {
  if (value === '') return 'is empty'
  if (/[\r\n]/.test(value)) return 'contains a line break'
  if (/[^\x20-\x7e]/.test(value)) return 'contains a control character or a character outside ASCII'
  return value.trim() === value ? undefined : 'starts or ends with a space'
}
