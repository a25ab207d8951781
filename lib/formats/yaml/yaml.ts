/** YAML as a format in which values can be owned. */
import type { Format } from '../format.ts'
import { setValue, valueAt, withdrawValue } from './edit.ts'
import { unquoteYaml, yamlSecrets } from './secrets.ts'

export const yaml: Format = {
  valueAt,
  set: setValue,
  withdraw: withdrawValue,
  secrets: yamlSecrets,
  unquote: unquoteYaml,
}
