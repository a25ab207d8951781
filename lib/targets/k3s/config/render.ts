/** registries.yaml with the mirrors of a list, or the reasons why it cannot have them. Pure. */
import { formats } from '../../../formats/index.ts'
import { isTable } from '../../../formats/is-table.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { OwnedValue } from '../../../ownership/managed-file.ts'
import { plural } from '../../../wording/plural.ts'
import type { DesiredFile } from '../../target.ts'
import type { K3sSnapshot } from '../snapshot.ts'
import { certificateFiles } from './certificates.ts'
import { isWritable } from './endpoints.ts'
import { hostConflicts, hostSettings } from './host-settings.ts'
import { ownedValues } from './owned-values.ts'

/** The text of a new file, before its values. */
const NEW = ''

interface RenderedConfig {
  readonly files: readonly DesiredFile[]
  readonly values: readonly OwnedValue[]
  readonly conflicts: readonly Issue[]
}

export function renderConfig(registries: readonly Registry[], snapshot: K3sSnapshot): RenderedConfig {
  const { config, file, faults, node } = snapshot
  const hosts = hostSettings(registries)
  const values = ownedValues(config, registries, hosts, file ?? { value: {} }, node.noDefault)
  const conflicts = [
    ...faults,
    ...hostConflicts(registries),
    ...pathConflicts(registries),
    ...fallbackConflicts(registries, values, snapshot),
  ]
  if (conflicts.length > 0) return { files: [], values, conflicts }
  if (file === undefined && values.length === 0) return { files: [], values, conflicts }
  const text = setEach(file?.text ?? NEW, values)
  if (typeof text !== 'string') return { files: [], values, conflicts: [unsetConflict(text, snapshot)] }
  const certificates = hosts.flatMap(settings => certificateFiles(config, settings))
  const main = configFile(text, values, certificates, registries, snapshot)
  return { files: [...certificates, main], values, conflicts }
}

/** The text with these values, or the first that it cannot have. */
function setEach(text: string, values: readonly OwnedValue[]): string | OwnedValue {
  let set = text
  for (const value of values) {
    const next = formats.yaml.set(set, value.path, value.value)
    if (next === undefined) return value
    set = next
  }
  return set
}

function configFile(
  content: string,
  values: readonly OwnedValue[],
  certificates: readonly DesiredFile[],
  registries: readonly Registry[],
  { config, file }: K3sSnapshot,
): DesiredFile {
  const count = registries.filter(({ mirrors }) => mirrors.length > 0).length
  return {
    ...{ path: config, content, effect: 'restart' },
    secret: values.some(({ path }) => path[2] === 'auth'),
    why: count === 0 ? 'no mirrors' : `mirrors of ${plural(count, 'registry', 'registries')}`,
    after: certificates.map(({ path }) => path),
    owns: { kind: 'values', format: 'yaml', values, ...(file === undefined && { created_from: NEW }) },
  }
}

/** No value in the message: it may be a password. */
function unsetConflict({ path }: OwnedValue, { config, file }: K3sSnapshot): Issue {
  const [section, name = '', ...keys] = path
  const message = `${keys.join('.')} of ${name} in ${section} cannot be set without touching anything else`
  const hint = 'write the tables above it without anchors and aliases, as keys on lines of their own'
  return { file: config, ...file?.locateKey(path.slice(0, 2)), message, hint }
}

function pathConflicts(registries: readonly Registry[]): readonly Issue[] {
  const mirrors = registries.flatMap(({ mirrors }) => mirrors).filter(mirror => !isWritable(mirror))
  return mirrors.map(({ place: { file, line, column } }) => {
    const message = 'k3s cannot request an API without a path: it reads this URL as /v2'
    return { file, line, column, message, hint: 'use a mirror that serves the API below a path' }
  })
}

/**
 * A registry whose own name is in `configs` keeps its default endpoint, whatever the node flag says (getHostConfigs uses the
 * entry that it made before).
 */
function fallbackConflicts(
  registries: readonly Registry[],
  values: readonly OwnedValue[],
  { config, file, node }: K3sSnapshot,
): readonly Issue[] {
  if (!node.noDefault) return []
  const present = isTable(file?.value.configs) ? Object.keys(file.value.configs) : []
  const named = new Set([
    ...present,
    ...values.flatMap(({ path }) => (path[0] === 'configs' ? (path[1] ?? []) : [])),
  ])
  return registries
    .filter(({ name, fallback }) => !fallback && named.has(name))
    .map(({ name }) => {
      const message = `k3s falls back to ${name} in spite of --disable-default-registry-endpoint, because configs has an entry with its name`
      const hint = `remove "${name}" from configs, or fallback = false from the list`
      return { file: config, ...file?.locateKey(['configs', name]), message, hint }
    })
}
