/** JSON as a format in which values can be owned. */
import type { Format } from '../format.ts'
import { setValue, valueAt, withdrawValue } from './edit.ts'
import { jsonSecrets, unquoteJson } from './secrets.ts'

export const json: Format = {
  valueAt,
  set: setValue,
  withdraw: withdrawValue,
  secrets: jsonSecrets,
  unquote: unquoteJson,
}
