/** Reads the text of a list in its format. */
import { isTable } from '../../formats/is-table.ts'
import { loadModule } from '../../system/load-module.ts'
import type { Parsed, SourceFault } from './parsed.ts'

export type ListFormat = 'toml' | 'yaml' | 'json'

/** Reads a text in the given format; a fault names the format of a list that is in another. */
export async function parseSource(text: string, format: ListFormat): Promise<Parsed> {
  const parsed = await parseAs(text, format)
  // Nearly every text is a valid string in YAML.
  if ('source' in parsed && typeof parsed.source.value !== 'string') return parsed
  for (const other of otherFormats(text, format))
    if (isList(await parseAs(text, other))) return { faults: [wrongFormat(format, other)] }
  return parsed
}

/** JSON is YAML too; a text that starts as JSON is meant as JSON, also with a mistake in it. */
function otherFormats(text: string, format: ListFormat): readonly ListFormat[] {
  const all: readonly ListFormat[] = text.trimStart().startsWith('{') ? ['json'] : ['toml', 'yaml']
  return all.filter(other => other !== format)
}

function isList(parsed: Parsed): boolean {
  const value = 'source' in parsed && parsed.source.value
  return isTable(value) && ('version' in value || 'registries' in value)
}

function wrongFormat(format: ListFormat, other: ListFormat): SourceFault {
  const [expected, found] = [format, other].map(name => name.toUpperCase())
  const hint = `use --list-format ${other}, or rename the file to .${other}`
  return { line: 1, column: 1, message: `this is ${found}, but it is read as ${expected}`, hint }
}

type Parser = (text: string) => Parsed

/** A parser is loaded when a list needs it, so that the others do not delay the start of a command. */
const LOADERS: Readonly<Record<ListFormat, () => Promise<Parser>>> = {
  toml: async () => (await import('./toml.ts')).parseToml,
  yaml: async () => (await import('./yaml.ts')).parseYaml,
  json: async () => (await import('./json.ts')).parseJson,
}

const parsers = new Map<ListFormat, Promise<Parser>>()

function loadParser(format: ListFormat): Promise<Parser> {
  const parser = parsers.get(format) ?? loadModule(LOADERS[format])
  parsers.set(format, parser)
  return parser
}

/**
 * Loads the parsers of all formats, for a process that runs for days: an upgrade removes the files that a later import
 * would read, and the list may change its format.
 */
export async function loadParsers(): Promise<void> {
  await Promise.all(Object.keys(LOADERS).map(format => loadParser(format as ListFormat)))
}

async function parseAs(text: string, format: ListFormat): Promise<Parsed> {
  return (await loadParser(format))(text)
}
