/** The formats of files in which regmirror can own values, by the names that the state file uses. */
import { skipByteOrderMark } from './byte-order-mark.ts'
import type { Format } from './format.ts'
import { json } from './json/json.ts'
import { toml } from './toml/toml.ts'
import { yaml } from './yaml/yaml.ts'

export type FormatName = keyof typeof formats

export const formats = {
  toml: skipByteOrderMark(toml),
  json: skipByteOrderMark(json),
  yaml: skipByteOrderMark(yaml),
} satisfies Record<string, Format>
