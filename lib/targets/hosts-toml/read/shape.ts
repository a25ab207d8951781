/** Which types a program expects in the tables of a file. Pure. */
import { isTable } from '../../../formats/is-table.ts'

/** What a value must be: a single value, a list or table of equal values, or a table with some known keys. */
export type Shape = Leaf | { readonly each: Shape; readonly keys?: Leaf } | { readonly known: Known }

export interface Leaf {
  /** As in "is not <name>". */
  readonly name: string
  fits(value: unknown): boolean
}

type Known = Readonly<Record<string, Shape>>

/** A value that does not fit. */
export interface Misfit {
  readonly path: readonly string[]
  readonly message: string
}

/** Known keys count in upper case too. Keys that a person chose are not shown: they may contain a password. */
export function misfits(
  value: unknown,
  shape: Shape,
  path: readonly string[] = [],
  name = path.at(-1) ?? 'the file',
): readonly Misfit[] {
  if ('fits' in shape) return shape.fits(value) ? [] : [{ path, message: `${name} is not ${shape.name}` }]
  if (!isTable(value)) return [{ path, message: `${name} is not a table` }]
  return Object.entries(value).flatMap(([key, item]) => {
    const at = [...path, key]
    if ('known' in shape) return knownMisfits(item, shape.known, at)
    if (shape.keys?.fits(key) === false)
      return [{ path: at, message: `a name in ${name} is not ${shape.keys.name}` }]
    return misfits(item, shape.each, at, `an entry of ${name}`)
  })
}

function knownMisfits(item: unknown, known: Known, path: readonly string[]): readonly Misfit[] {
  const name = path.at(-1)?.toLowerCase() ?? ''
  const shape = Object.hasOwn(known, name) ? known[name] : undefined
  return shape === undefined ? [] : misfits(item, shape, path)
}
