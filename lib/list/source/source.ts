/** Reads the text of a list in its format. */
import { isTable } from '../../formats/is-table.ts'
import type { Parsed, SourceFault } from '../../formats/parsed.ts'
import type { ListFormat } from '../list-format.ts'

/** Reads a text in the given format; a fault names the format of a list that is in another. */
export async function parseSource(text: string, format: ListFormat): Promise<Parsed> {
  const parsed = await parseAs(text, format)
  // In YAML nearly every text is a string, and a table header of TOML is an array.
  if ('source' in parsed && isTable(parsed.source.value)) return parsed
  const { isForeign } = await import('../foreign/foreign-file.ts')
  for (const other of otherFormats(text, format)) {
    const read = await parseAs(text, other)
    const value = 'source' in read && read.source.value
    // What it is matters more than its format.
    if ('source' in read && isForeign(value)) return read
    if (isList(value)) return { faults: [wrongFormat(format, other)] }
  }
  return parsed
}

/** JSON is YAML too; a text that starts as JSON is meant as JSON, also with a mistake in it. */
function otherFormats(text: string, format: ListFormat): readonly ListFormat[] {
  const all: readonly ListFormat[] = text.trimStart().startsWith('{') ? ['json'] : ['toml', 'yaml']
  return all.filter(other => other !== format)
}

function isList(value: unknown): boolean {
  return isTable(value) && ('version' in value || 'registries' in value)
}

function wrongFormat(format: ListFormat, other: ListFormat): SourceFault {
  const [expected, found] = [format, other].map(name => name.toUpperCase())
  const hint = `use --list-format ${other}, or rename the file to .${other}`
  return { line: 1, column: 1, message: `this is ${found}, but it is read as ${expected}`, hint }
}

type Parser = (text: string) => Parsed

/** A parser is evaluated when a list needs it, so that the others do not delay the start of a command. */
const LOADERS: Readonly<Record<ListFormat, () => Promise<Parser>>> = {
  toml: async () => (await import('./toml.ts')).parseToml,
  yaml: async () => (await import('../../formats/yaml/parse.ts')).parseYaml,
  json: async () => (await import('./json.ts')).parseJson,
}

async function parseAs(text: string, format: ListFormat): Promise<Parsed> {
  return (await LOADERS[format]())(text)
}
