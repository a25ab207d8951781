/** TOML as a format in which values can be owned. */
import type { Format } from '../format.ts'
import { setValue, valueAt, withdrawValue } from './edit.ts'
import { tomlSecrets, unquoteToml } from './secrets.ts'
import { setValues } from './set-values.ts'
import { isTomlValue } from './text.ts'

export const toml: Format = {
  valueAt,
  set: (text, path, value) => (isTomlValue(value) ? setValue(text, path, value) : undefined),
  setEach: setValues,
  withdraw: withdrawValue,
  secrets: tomlSecrets,
  unquote: unquoteToml,
}
