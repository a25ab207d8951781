/** A list's text as a value whose every key can be found again in the text. */

import { isTable } from '../../formats/tables.ts'
import { loadPart } from '../../system/load-part.ts'
import type { Parsed, SourceFault } from './parsed.ts'

export type ListFormat = 'toml' | 'yaml' | 'json'

/** Reads a text in the given format; says so when it is a list in another. */
export async function parseSource(text: string, format: ListFormat): Promise<Parsed> {
  const parsed = await parseAs(text, format)
  // To YAML nearly every text is one long word.
  if ('source' in parsed && typeof parsed.source.value !== 'string') return parsed
  for (const other of othersOf(text, format))
    if (isList(await parseAs(text, other))) return { faults: [misnamed(format, other)] }
  return parsed
}

/** JSON is YAML too; what begins as JSON is meant to be that, also with a slip in it. */
function othersOf(text: string, format: ListFormat): readonly ListFormat[] {
  const all: readonly ListFormat[] = text.trimStart().startsWith('{') ? ['json'] : ['toml', 'yaml']
  return all.filter(other => other !== format)
}

function isList(parsed: Parsed): boolean {
  const value = 'source' in parsed && parsed.source.value
  return isTable(value) && ('version' in value || 'registries' in value)
}

function misnamed(format: ListFormat, other: ListFormat): SourceFault {
  const [named, is] = [format, other].map(name => name.toUpperCase())
  const hint = `name it .${other}, or add --list-format ${other}`
  return { line: 1, column: 1, message: `this is ${is}, and is read as ${named}`, hint }
}

type Parser = (text: string) => Parsed

/** A parser is loaded only when a list needs it: one that no list needs would delay the start of every command. */
const LOADERS: Readonly<Record<ListFormat, () => Promise<Parser>>> = {
  toml: async () => (await import('./toml.ts')).parseToml,
  yaml: async () => (await import('./yaml.ts')).parseYaml,
  json: async () => (await import('./json.ts')).parseJson,
}

const parsers = new Map<ListFormat, Promise<Parser>>()

function parserOf(format: ListFormat): Promise<Parser> {
  const parser = parsers.get(format) ?? loadPart(LOADERS[format])
  parsers.set(format, parser)
  return parser
}

/**
 * Loads the parsers of all formats. For a process that runs for days: an upgrade removes the files that a later import
 * would read, and the list may change its format.
 */
export async function loadParsers(): Promise<void> {
  await Promise.all(Object.keys(LOADERS).map(format => parserOf(format as ListFormat)))
}

async function parseAs(text: string, format: ListFormat): Promise<Parsed> {
  return (await parserOf(format))(text)
}
