/** buildkitd.toml with the tables of a list, or the reasons why it cannot have them. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { formats } from '../../../formats/index.ts'
import { isTable } from '../../../formats/is-table.ts'
import { setEach } from '../../../formats/set-each.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { OwnedValue } from '../../../ownership/managed-file.ts'
import { plural } from '../../../wording/plural.ts'
import type { DesiredFile } from '../../target.ts'
import type { TomlFile } from '../../toml-file.ts'
import { readsBracketsInNames } from '../releases.ts'
import type { BuildkitSnapshot } from '../snapshot.ts'
import { certificateFiles } from './certificates.ts'
import { type HostTable, hostConflicts, hostTables } from './host-tables.ts'
import { ownedValues } from './owned-values.ts'

/** The text of a new file, before its values. */
const NEW = ''

interface RenderedConfig {
  readonly files: readonly DesiredFile[]
  readonly values: readonly OwnedValue[]
  readonly conflicts: readonly Issue[]
}

export function renderConfig(registries: readonly Registry[], snapshot: BuildkitSnapshot): RenderedConfig {
  const { config, file, faults } = snapshot
  const tables = hostTables(registries)
  const values = ownedValues(config, tables, file ?? { value: {} })
  const conflicts = [
    ...hostConflicts(registries),
    ...faults,
    ...otherCases(file, tables),
    ...bracketConflicts(values, tables, snapshot),
  ]
  if (conflicts.length > 0) return { files: [], values, conflicts }
  const text = withValues(file?.text ?? NEW, values)
  if (typeof text !== 'string') return { files: [], values, conflicts: [unsetConflict(text, snapshot)] }
  const certificates = tables.flatMap(table => certificateFiles(config, table))
  return {
    files: [...certificates, configFile(text, values, certificates, registries, snapshot)],
    values,
    conflicts,
  }
}

/** The text with these values, or the first that it cannot have. */
function withValues(text: string, values: readonly OwnedValue[]): string | OwnedValue {
  const { toml } = formats
  const missing = values.filter(({ path, value }) => !isDeepStrictEqual(toml.valueAt(text, path), value))
  const all = setEach(toml, text, missing)
  if (all !== undefined) return all
  const [first] = missing
  return missing.find(value => toml.set(text, value.path, value.value) === undefined) ?? first ?? text
}

function configFile(
  content: string,
  values: readonly OwnedValue[],
  certificates: readonly DesiredFile[],
  registries: readonly Registry[],
  { config, file }: BuildkitSnapshot,
): DesiredFile {
  const count = registries.filter(({ mirrors }) => mirrors.length > 0).length
  return {
    ...{ path: config, content, secret: false, effect: 'restart' },
    why: count === 0 ? 'no mirrors' : `mirrors of ${plural(count, 'registry', 'registries')}`,
    after: certificates.map(({ path }) => path),
    owns: { kind: 'values', format: 'toml', values, ...(file === undefined && { created_from: NEW }) },
  }
}

function unsetConflict({ path, value }: OwnedValue, { config, file }: BuildkitSnapshot): Issue {
  const [, host = '', key = ''] = path
  const sections = key === 'keypair' && file?.value !== undefined
  const message = `${key} of [registry."${host}"] cannot be set without touching anything else`
  const hint = sections
    ? `remove every [[registry."${host}".keypair]] by hand`
    : `set ${key} = ${JSON.stringify(value)} in [registry."${host}"] by hand`
  return { file: config, ...file?.locateKey(path), message, hint }
}

/** The decoder of 0.28 and later reads `Mirrors` as `mirrors`: two spellings of one key would both count. */
function otherCases(file: TomlFile | undefined, tables: readonly HostTable[]): readonly Issue[] {
  if (file === undefined) return []
  const paths: readonly (readonly string[])[] = [[], ...tables.map(({ name }) => ['registry', name])]
  return paths.flatMap(path => {
    const table = path.reduce<unknown>((at, key) => (isTable(at) ? at[key] : undefined), file.value)
    return Object.keys(isTable(table) ? table : {})
      .filter(key => key !== key.toLowerCase() && OWN_KEYS.includes(key.toLowerCase()))
      .map(key => {
        const message = `BuildKit 0.28 and later reads ${key} as ${key.toLowerCase()}, which regmirror sets`
        return { file: file.path, ...file.locateKey([...path, key]), message, hint: 'write it in lower case' }
      })
  })
}

const OWN_KEYS = ['registry', 'mirrors', 'http', 'insecure', 'ca', 'keypair']

function bracketConflicts(
  values: readonly OwnedValue[],
  tables: readonly HostTable[],
  { config, release }: BuildkitSnapshot,
): readonly Issue[] {
  if (readsBracketsInNames(release)) return []
  const names = tables.filter(({ name }) => name.includes(']') && values.some(({ path }) => path[1] === name))
  return names.map(({ name, connection, registry }) => {
    const place = connection?.place ?? registry?.place
    const message = `BuildKit before 0.28 and docker buildx cannot read a table with the name ${name}, and would refuse the whole file`
    const hint =
      'give the host a name in DNS or /etc/hosts, and use the name in the list; or set version = "0.28" or later in [targets.buildkit]'
    if (place === undefined) return { file: config, message, hint }
    return { file: place.file, line: place.line, column: place.column, message, hint }
  })
}
