/** regmirror-list(5): every key of a list, from its schema. Pure. */
import {
  bold,
  escaped,
  example,
  italic,
  item,
  type Lines,
  paragraph,
  section,
  seeAlso,
  subsection,
  title,
} from './roff.ts'

export interface Schema {
  readonly $ref?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly $defs?: Readonly<Record<string, Schema>>
}

export function listPage(list: Schema, version: string, date: Date): string {
  const lines: Lines = [
    title('regmirror-list', 5, version, date),
    ...section('Name', [escaped('regmirror-list - list of registry mirrors')]),
    ...section('Synopsis', [italic('/etc/regmirror/mirrors.{toml,yaml,yml,json}')]),
    ...section('Description', paragraph(DESCRIPTION)),
    ...section(
      'Keys',
      tables(list, list).flatMap(table => tableLines(table, list)),
    ),
    ...section('Example', example(EXAMPLE)),
    ...seeAlso([
      ['regmirror', 1],
      ['regmirror-init', 1],
      ['regmirror-validate', 1],
    ]),
  ]
  return `${lines.join('\n')}\n`
}

/** A table of the list, with the path of keys that leads to it. */
interface Table {
  readonly path: string
  readonly schema: Schema
}

/** Every table with keys of its own, each definition once. */
function tables(schema: Schema, list: Schema, path = ''): readonly Table[] {
  if (schema.$ref !== undefined) return []
  const { properties = {}, additionalProperties: others } = schema
  const below = Object.entries(properties).flatMap(([key, value]) => tables(value, list, joined(path, key)))
  const named = typeof others === 'object' ? tables(others, list, joined(path, 'NAME')) : []
  const definitions = Object.entries(path === '' ? (list.$defs ?? {}) : {})
  return [
    ...(Object.keys(properties).length === 0 ? [] : [{ path, schema }]),
    ...below,
    ...named,
    ...definitions.flatMap(([name, value]) => tables(value, list, DEFINED[name] ?? name)),
  ]
}

/** Where a definition is used, as a user writes it. */
const DEFINED: Readonly<Record<string, string>> = {
  registry: 'registries."NAME"',
  mirror: 'a mirror',
  secret: 'a user, a password or a token',
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function tableLines({ path, schema }: Table, list: Schema): Lines {
  const about = schema.description === undefined ? [] : paragraph(schema.description)
  const keys = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    keyLines(key, value, schema, list),
  )
  return [...subsection(path === '' ? 'The list' : path, about), ...keys]
}

function keyLines(key: string, value: Schema, table: Schema, list: Schema): Lines {
  const whole = { ...resolved(value, list), ...value }
  const about = [
    whole.description,
    whole.title === undefined ? undefined : `Value: ${whole.title}.`,
    table.required?.includes(key) ? 'Required.' : undefined,
    whole.default === undefined ? undefined : `Default: ${JSON.stringify(whole.default)}.`,
  ]
  return item(bold(key), about.filter(text => text !== undefined).flatMap(paragraph))
}

function resolved(value: Schema, list: Schema): Schema {
  const name = value.$ref?.replace('#/$defs/', '')
  return name === undefined ? {} : (list.$defs?.[name] ?? {})
}
const DESCRIPTION =
  'The list names the mirrors of each registry, in the order in which the node tries them. It is TOML, YAML or JSON; the names of the keys are the same. A key that is not in this page is an error.'

const EXAMPLE = `version = 1

[registries."docker.io"]
mirrors = [
  "https://mirror.example.com",
  { url = "https://harbor.example.com/v2/hub", capabilities = ["pull"] },
]

[registries."*"]
mirrors = ["http://127.0.0.1:5000"]
`
