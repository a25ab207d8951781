/** Takes the values that regmirror set out of a file of another program. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Format } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { sha256Hex } from '../model/sha256.ts'
import type { OwnedValue, OwnedValues } from '../ownership/managed-file.ts'

/** What the file becomes. */
export type Withdrawal =
  /** Nothing else has changed: the file becomes what it was before regmirror. */
  | { readonly result: 'original' }
  /** The text without the values; `changed` are values that are no longer what regmirror set: they stay. */
  | { readonly result: 'text'; readonly text: string; readonly changed: readonly OwnedValue[] }
  /** None of the values is what regmirror set: the file stays. */
  | { readonly result: 'unchanged' }
  /** This value cannot be removed without other changes to the file. */
  | { readonly result: 'impossible'; readonly value: OwnedValue }

/** `original` is the text before regmirror; undefined where there was no file. `always`: changed values are removed too. */
export function withdrawValues(
  text: string,
  original: string | undefined,
  owned: OwnedValues,
  always: boolean,
): Withdrawal {
  if (owned.repaired !== undefined && (always || isRepaired(text, original, owned)))
    return { result: 'original' }
  if (text === original) return { result: 'unchanged' }
  const base = original ?? owned.created_from ?? ''
  const format = formats[owned.format]
  if (setAll(base, owned.values, format) === text) return { result: 'original' }
  const removable = owned.values.filter(value => always || isSet(text, value, format))
  const withdrawn = withdrawEach(text, base, removable, format)
  if (typeof withdrawn !== 'string') return { result: 'impossible', value: withdrawn }
  if (withdrawn === original) return { result: 'original' }
  if (withdrawn === text) return { result: 'unchanged' }
  const changed = owned.values.filter(value => !removable.includes(value))
  return { result: 'text', text: withdrawn, changed }
}

/** Whether nothing but the values of regmirror was changed since `doctor` corrected the file. */
function isRepaired(text: string, original: string | undefined, owned: OwnedValues): boolean {
  const rest = withdrawEach(text, original ?? '', owned.values, formats[owned.format])
  return typeof rest === 'string' && sha256Hex(Buffer.from(rest)) === owned.repaired
}

/** Whether a text has the value that regmirror set. */
export function isSet(text: string, { path, value }: OwnedValue, format: Format): boolean {
  return isDeepStrictEqual(format.valueAt(text, path), value)
}

function setAll(base: string, values: readonly OwnedValue[], format: Format): string | undefined {
  return values.reduce<string | undefined>(
    (text, { path, value }) => (text === undefined ? undefined : format.set(text, path, value)),
    base,
  )
}

/** The text without the values, or the first value that cannot be removed. */
export function withdrawEach(
  text: string,
  base: string,
  values: readonly OwnedValue[],
  format: Format,
): string | OwnedValue {
  let rest = text
  for (const value of values) {
    const next = format.withdraw(rest, base, value.path)
    if (next === undefined) return value
    rest = next
  }
  return rest
}

/** Why a value stays in a file, for a notice of `apply`. */
export function notRemovedText(value: OwnedValue): string {
  const key = keysOf([value])
  return `${cannotRemoveText(value)}; remove ${key} by hand, then run regmirror apply again`
}

export function cannotRemoveText(value: OwnedValue): string {
  return `regmirror cannot remove ${keysOf([value])} without other changes to the file`
}

/** The values for a message, each by its last key. */
export function keysOf(values: readonly OwnedValue[]): string {
  return values.map(({ path }) => path.at(-1)).join(' and ')
}
