/**
 * config.toml and its imports as one containerd generation reads them. Pure: given the texts, it says where
 * `config_path` belongs, which value is in effect, and what would take CRI down.
 */
import { isUtf8 } from 'node:buffer'
import type { Issue } from '../../errors.ts'
import { locateKey, parseTomlAst, type TomlAst, type TomlPath, tomlValue } from '../../toml-ast.ts'
import { atLeast, type Generation } from './generation.ts'

/** A file that containerd reads, and that parses. */
export interface ParsedConfig {
  readonly path: string
  /** As it stands in the file, a byte order mark left out. */
  readonly text: string
  readonly byteOrderMark: boolean
  readonly ast: TomlAst
  readonly value: Readonly<Record<string, unknown>>
  /** `version` of the file; undefined when it has none, which containerd takes for 1. */
  readonly version: number | undefined
}

const BYTE_ORDER_MARK = /^\ufeff/

export type TablePath = readonly string[]

/** The CRI registry table by version of the file (cmd/containerd/server/config/config.go:17-22@v2.3.4). */
export const V1: TablePath = ['plugins', 'cri', 'registry']
export const V2: TablePath = ['plugins', 'io.containerd.grpc.v1.cri', 'registry']
export const V3: TablePath = ['plugins', 'io.containerd.cri.v1.images', 'registry']

/** Version and text of a config.toml where there is none: version 2 is the one form that 1.6 to 2.3 all read. */
export const NEW_CONFIG = 'version = 2\n'

/** Parses one file of the merge. */
export function parseConfig({ path, bytes }: { path: string; bytes: Buffer }): ParsedConfig | Issue {
  const broken = { file: path, hint: 'containerd does not start with this file either: repair it' }
  if (!isUtf8(bytes)) return { ...broken, message: 'is not UTF-8 text' }
  const whole = bytes.toString('utf8')
  const text = whole.replace(BYTE_ORDER_MARK, '')
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return { ...broken, ...parsed.fault }
  const value = tomlValue(parsed.ast)
  const version = value.version === undefined ? undefined : Number(value.version)
  return { path, text, byteOrderMark: text !== whole, ast: parsed.ast, value, version }
}

export function isParsed(parsed: ParsedConfig | Issue): parsed is ParsedConfig {
  return 'ast' in parsed
}

/** The table that `config_path` belongs to in a main file, or why this file cannot be managed. */
export function registryTable(main: ParsedConfig, generation: Generation | undefined): TablePath | Issue {
  const version = main.version ?? 1
  const fault = versionFault(version, generation)
  if (fault !== undefined) {
    const place = placeOf(main, ['version']) ?? { line: 1, column: 1 }
    return { file: main.path, ...place, ...fault }
  }
  return version === 1 ? V1 : version === 2 ? V2 : V3
}

type Fault = Pick<Issue, 'message' | 'hint'>

function versionFault(version: number, generation: Generation | undefined): Fault | undefined {
  const name = generation === undefined ? 'containerd' : `containerd ${generation.name}`
  if (![1, 2, 3, 4].includes(version)) {
    return { message: `version ${version} is not one that we know`, hint: 'use version 2, 3 or 4' }
  }
  if (version === 1 && generation === undefined) {
    const message = 'has no version or version 1, and which containerd will read it is not known'
    return { message, hint: 'name it in the list: [targets.containerd] version = "1.7"' }
  }
  if (generation === undefined) return undefined
  if (version === 1 && generation.major === 2 && !atLeast(generation, '2.3.0')) {
    const hint = 'add version = 2 and spell the CRI table as [plugins."io.containerd.grpc.v1.cri"]'
    return { message: `has no version or version 1: ${name} silently drops its whole CRI section`, hint }
  }
  const newest = generation.major < 2 ? 2 : atLeast(generation, '2.3.0') ? 4 : 3
  if (version <= newest) return undefined
  return {
    message: `is version ${version}, but ${name} reads up to ${newest}`,
    hint: `write it as version ${newest}`,
  }
}

/** A drop-in whose version does not go with the main file's: containerd drops settings or does not start. */
export function versionClashes(files: readonly ParsedConfig[]): readonly Issue[] {
  const [main, ...imports] = files
  if (main === undefined) return []
  const version = main.version ?? 1
  return imports.flatMap(file => {
    const place = { file: file.path, ...(placeOf(file, ['version']) ?? { line: 1, column: 1 }) }
    if (file.version !== undefined && file.version > version) {
      const message = `is version ${file.version} but ${main.path}, which imports it, is version ${version}: containerd does not start or drops its CRI settings`
      return [{ ...place, message, hint: `write it as version ${version}` }]
    }
    if (file.version === undefined && version === 4) {
      return [
        {
          ...place,
          message: `has no version under the version 4 of ${main.path}: containerd 2.3 panics`,
          hint: 'add version = 4',
        },
      ]
    }
    return []
  })
}

/** Entries of `disabled_plugins` that switch CRI off, with their places. */
export function disabledCri(
  files: readonly ParsedConfig[],
): readonly { name: string; file: string; line: number }[] {
  const off = [
    'cri',
    'io.containerd.grpc.v1.cri',
    'io.containerd.cri.v1.images',
    'io.containerd.cri.v1.runtime',
  ]
  return files.flatMap(file => {
    const list = file.value.disabled_plugins
    const line = locateKey(file.ast, ['disabled_plugins'])?.line ?? 1
    return Array.isArray(list)
      ? list.filter(name => off.includes(name)).map(name => ({ name, file: file.path, line }))
      : []
  })
}

/** `imports` of a file, as written. */
export function importsOf(file: ParsedConfig): readonly string[] {
  const { imports } = file.value
  return Array.isArray(imports) ? imports.filter(entry => typeof entry === 'string') : []
}

function placeOf(file: ParsedConfig, path: TomlPath) {
  return locateKey(file.ast, path)
}
