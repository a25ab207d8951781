/** Takes the values that regmirror set out of a file of another program. Pure. */
import type { Format, ValuePath } from '../formats/format.ts'
import { formats } from '../formats/index.ts'
import { setEach } from '../formats/set-each.ts'
import { sha256Hex } from '../model/sha256.ts'
import type { OwnedValue, OwnedValues } from '../ownership/managed-file.ts'
import { isSet, ownsElements, setOwned, withdrawOwned } from '../ownership/owned-value.ts'

/** What the file becomes. */
export type Withdrawal =
  /** Nothing else has changed: the file becomes what it was before regmirror. */
  | { readonly result: 'original' }
  /** The text without the values; `changed` are values that are no longer what regmirror set: they stay. */
  | { readonly result: 'text'; readonly text: string; readonly changed: readonly OwnedValue[] }
  /** None of the values is what regmirror set: the file stays. */
  | { readonly result: 'unchanged' }
  /** Not without other changes to the file. */
  | ({ readonly result: 'impossible' } & Obstacle)

/** Why a file cannot be edited, and what to do by hand. */
interface Obstacle {
  readonly problem: string
  readonly remedy: string
}

export interface WithdrawOptions {
  /** Values that were changed since are removed too. */
  readonly always: boolean
  /** The directory in which originals are kept. */
  readonly originals: string
}

/** `original` is the text before regmirror; undefined where there was no file. */
export function withdrawValues(
  text: string,
  original: string | undefined,
  owned: OwnedValues,
  { always, originals }: WithdrawOptions,
): Withdrawal {
  if (owned.repaired !== undefined && (always || isRepaired(text, original, owned)))
    return { result: 'original' }
  if (text === original) return { result: 'unchanged' }
  const base = startText(original, owned)
  const format = formats[owned.format]
  if (rewrite(base, owned, format) === text) return { result: 'original' }
  const removable = owned.values.filter(value => always || isSet(text, value, format))
  const rest = withdrawEach(text, base, removable, format)
  if (typeof rest !== 'string') return { result: 'impossible', ...removalOf(rest) }
  const withdrawn = putBackEach(rest, base, owned.removed ?? [], format)
  if (typeof withdrawn !== 'string') return { result: 'impossible', ...returnOf(withdrawn, originals) }
  if (withdrawn === base) return { result: 'original' }
  if (withdrawn === text) return { result: 'unchanged' }
  const changed = owned.values.filter(value => !removable.includes(value))
  return { result: 'text', text: withdrawn, changed }
}

/** The text that regmirror set its values in: an empty file is one that has none. */
export function startText(
  original: string | undefined,
  { created_from = '' }: Pick<OwnedValues, 'created_from'>,
): string {
  return original === undefined || original.trim() === '' ? created_from : original
}

/** Whether nothing but the values of regmirror was changed since `doctor` corrected the file. */
function isRepaired(text: string, original: string | undefined, owned: OwnedValues): boolean {
  const rest = withdrawEach(text, startText(original, owned), owned.values, formats[owned.format])
  return typeof rest === 'string' && sha256Hex(Buffer.from(rest)) === owned.repaired
}

/** What regmirror makes of a text. */
function rewrite(base: string, { removed = [], values }: OwnedValues, format: Format): string | undefined {
  const rest = removed.reduce<string | undefined>(
    (text, path) => (text === undefined ? undefined : format.withdraw(text, '', path)),
    base,
  )
  if (rest !== undefined && !values.some(ownsElements)) return setEach(format, rest, values)
  return values.reduce<string | undefined>(
    (text, value) => (text === undefined ? undefined : setOwned(text, value, format)),
    rest,
  )
}

/** The text with the tables of the original, or the first that has no place in it. A table that is there again stays. */
function putBackEach(
  text: string,
  base: string,
  removed: readonly ValuePath[],
  format: Format,
): string | ValuePath {
  let rest = text
  for (const path of removed) {
    const next = format.valueAt(rest, path) === undefined ? format.withdraw(rest, base, path) : rest
    if (next === undefined) return path
    rest = next
  }
  return rest
}

function removalOf(value: OwnedValue): Obstacle {
  const key = keysOf([value])
  const problem = `regmirror cannot remove ${key} without other changes to the file`
  return { problem, remedy: `remove ${key} by hand` }
}

function returnOf(path: ValuePath, originals: string): Obstacle {
  const problem = `regmirror cannot put ${path.at(-1)} back without other changes to the file`
  return { problem, remedy: `copy it by hand from the original in ${originals}` }
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
    const next = withdrawOwned(rest, base, value, format)
    if (next === undefined) return value
    rest = next
  }
  return rest
}

/** Why a value stays in a file, for a notice of `apply`. */
export function notRemovedText(value: OwnedValue): string {
  return obstacleText(removalOf(value))
}

export function obstacleText({ problem, remedy }: Obstacle): string {
  return `${problem}; ${remedy}, then run regmirror apply again`
}

/** The values for a message, each by its last key. */
export function keysOf(values: readonly OwnedValue[]): string {
  return values.map(({ path }) => path.at(-1)).join(' and ')
}

/** The same of everything that regmirror has changed in a file. */
export function ownedKeys({ values, removed = [] }: OwnedValues): string {
  return [...new Set([...values.map(({ path }) => path), ...removed].map(path => path.at(-1)))].join(' and ')
}
