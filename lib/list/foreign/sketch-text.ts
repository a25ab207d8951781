/** A sketch as the text of a list, in each format. Pure. */
import { keyText, tableHeader, valueText } from '../../formats/toml/text.ts'
import type { ListFormat } from '../list-format.ts'
import type { ListSketch, RegistrySketch } from './mirror-sketch.ts'

export function sketchText({ registries }: ListSketch, format: ListFormat): string {
  if (format === 'json') return JSON.stringify({ version: 1, registries }, null, 2)
  const texts = Object.entries(registries).map(([name, registry]) => REGISTRIES[format](name, registry))
  return format === 'toml'
    ? ['version = 1', ...texts].join('\n\n')
    : ['version: 1', 'registries:', ...texts].join('\n')
}

const REGISTRIES = { toml: registryInToml, yaml: registryInYaml }

function registryInToml(name: string, { server, mirrors }: RegistrySketch): string {
  return [
    tableHeader(['registries', name]),
    ...(server === undefined ? [] : [`server = ${inlineText(server)}`]),
    ...(mirrors === undefined ? [] : [`mirrors = ${mirrorsInToml(mirrors)}`]),
  ].join('\n')
}

/** Several stand on lines of their own. */
function mirrorsInToml(mirrors: readonly unknown[]): string {
  const texts = mirrors.map(inlineText)
  return texts.length > 1 ? `[\n${texts.map(text => `  ${text},\n`).join('')}]` : `[${texts.join('')}]`
}

/** Flow collections of YAML are JSON. */
function registryInYaml(name: string, { server, mirrors }: RegistrySketch): string {
  return [
    `  ${JSON.stringify(name)}:`,
    ...(server === undefined ? [] : [`    server: ${JSON.stringify(server)}`]),
    ...(mirrors === undefined
      ? []
      : ['    mirrors:', ...mirrors.map(mirror => `      - ${JSON.stringify(mirror)}`)]),
  ].join('\n')
}

/** A value of TOML on one line. */
function inlineText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inlineText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return valueText(value === true ? true : String(value))
  const pairs = Object.entries(value).map(([key, inner]) => `${keyText(key)} = ${inlineText(inner)}`)
  return `{ ${pairs.join(', ')} }`
}
