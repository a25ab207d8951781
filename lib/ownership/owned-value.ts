/** Values that regmirror owns in a text: set, seen and taken out. Elements of an array that has others leave those alone. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Format, Json } from '../formats/format.ts'
import type { OwnedValue } from './managed-file.ts'

type List = readonly Json[]

/** The text with the value, and every other byte unchanged; undefined where that is not possible. */
export function setOwned(text: string, owned: OwnedValue, format: Format): string | undefined {
  const { path, value } = owned
  if (!ownsElements(owned)) return format.set(text, path, value)
  const present = format.valueAt(text, path) ?? []
  if (!isList(present)) return undefined
  const added = owned.value.filter(element => !includes(present, element))
  return added.length === 0 ? text : format.set(text, path, [...present, ...added])
}

/** Whether a text has the value that regmirror set; of elements, whether it has one. */
export function isSet(text: string, owned: OwnedValue, format: Format): boolean {
  const present = format.valueAt(text, owned.path)
  if (!ownsElements(owned)) return isDeepStrictEqual(present, owned.value)
  return isList(present) && owned.value.some(element => includes(present, element))
}

/** Whether nothing of it is missing. */
export function isWhole(text: string, owned: OwnedValue, format: Format): boolean {
  const present = format.valueAt(text, owned.path)
  if (!ownsElements(owned)) return isDeepStrictEqual(present, owned.value)
  return isList(present) && owned.value.every(element => includes(present, element))
}

/** The text without the value, or as `base` has it; undefined where that is not possible. */
export function withdrawOwned(
  text: string,
  base: string,
  owned: OwnedValue,
  format: Format,
): string | undefined {
  const present = format.valueAt(text, owned.path)
  if (!ownsElements(owned) || !isList(present)) return format.withdraw(text, base, owned.path)
  const before = format.valueAt(base, owned.path)
  const kept = isList(before) ? before : []
  const rest = present.filter(element => includes(kept, element) || !includes(owned.value, element))
  return isDeepStrictEqual(rest, kept) && (before !== undefined || rest.length === 0)
    ? format.withdraw(text, base, owned.path)
    : format.set(text, owned.path, rest)
}

/** What of a value is not in `rendered`, which has values of the same file. */
export function staleOf(written: OwnedValue, rendered: readonly OwnedValue[]): OwnedValue | undefined {
  const now = rendered.find(({ path }) => isDeepStrictEqual(path, written.path))
  if (now === undefined) return written
  if (!ownsElements(written) || !ownsElements(now)) return undefined
  const value = written.value.filter(element => !includes(now.value, element))
  return value.length === 0 ? undefined : { ...written, value }
}

export function ownsElements(owned: OwnedValue): owned is OwnedValue & { readonly value: List } {
  return owned.part === 'elements' && isList(owned.value)
}

function isList(value: unknown): value is List {
  return Array.isArray(value)
}

function includes(list: List, element: Json): boolean {
  return list.some(other => isDeepStrictEqual(other, element))
}
