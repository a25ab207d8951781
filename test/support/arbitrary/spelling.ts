/** Lists as text: in each format, and in several styles. */
import TOML, { type AnyJson, type JsonMap } from '@iarna/toml'
import fc from 'fast-check'
import YAML from 'yaml'
import type { WrittenList } from '../../../lib/list/written.ts'

export interface Spelled {
  /** The value of the list, from which tests compute what they expect. */
  readonly list: WrittenList
  readonly format: 'toml' | 'yaml' | 'json'
  readonly text: string
}

type Style = Readonly<{ format: Spelled['format']; inline: boolean; crlf: boolean; indent: number }>

const style: fc.Arbitrary<Style> = fc.record({
  format: fc.constantFrom('toml', 'toml', 'yaml', 'json'),
  inline: fc.boolean(),
  crlf: fc.boolean(),
  indent: fc.constantFrom(1, 2, 4),
})

export function spelled(list: fc.Arbitrary<WrittenList>): fc.Arbitrary<Spelled> {
  return fc
    .tuple(list, style)
    .map(([value, how]) => ({ list: value, format: how.format, text: textOf(value, how) }))
}

function textOf(list: WrittenList, { format, inline, crlf, indent }: Style): string {
  const text = {
    toml: () => tomlOf(list, inline),
    yaml: () => YAML.stringify(list, { indent, collectionStyle: inline ? 'flow' : 'block', lineWidth: 0 }),
    json: () => JSON.stringify(list, null, inline ? 0 : indent),
  }[format]()
  return crlf ? text.replaceAll('\n', '\r\n') : text
}

/** iarna writes mirrors as `[[registries."x".mirrors]]`, which cannot hold mirrors in the short form. */
function tomlOf(list: WrittenList, inline: boolean): string {
  const { registries, ...rest } = list
  const short = Object.values(registries).some(({ mirrors = [] }) =>
    mirrors.some(entry => typeof entry === 'string'),
  )
  if (!inline && !short) return TOML.stringify(list as unknown as JsonMap)
  const tables = Object.entries(registries).map(([key, table]) =>
    [
      `[registries.${JSON.stringify(key)}]`,
      ...Object.entries(table).map(([name, value]) => `${name} = ${inlineOf(value)}`),
    ].join('\n'),
  )
  return [TOML.stringify(rest as unknown as JsonMap), ...tables, ''].join('\n')
}

function inlineOf(value: unknown): string {
  if (Array.isArray(value)) return `[ ${value.map(inlineOf).join(', ')} ]`
  return TOML.stringify.value(value as AnyJson)
}
