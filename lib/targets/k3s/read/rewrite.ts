/** A rewrite that only puts a prefix before every repository. Pure. */
import { isTable } from '../../../formats/is-table.ts'

/** `{"^(.*)$": "proxy/$1"}` is the prefix `proxy`; undefined for every other rewrite. */
export function prefixOf(rewrite: unknown): string | undefined {
  const rules = isTable(rewrite) ? Object.entries(rewrite) : []
  const [rule] = rules
  if (rule === undefined || rules.length > 1 || !/^\^?\(\.[*+]\)\$?$/.test(rule[0])) return undefined
  return /^([\w.-]+(?:\/[\w.-]+)*)\/\$(?:1|\{1\})$/.exec(String(rule[1]))?.[1]
}
