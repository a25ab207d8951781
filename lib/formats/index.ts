/** The formats of files in which regmirror can own values, by the names that the state file uses. */
import { skipByteOrderMark } from './byte-order-mark.ts'
import type { Format } from './format.ts'
import { toml } from './toml/toml.ts'

export type FormatName = keyof typeof formats

export const formats = { toml: skipByteOrderMark(toml) } satisfies Record<string, Format>
