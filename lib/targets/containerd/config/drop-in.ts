/** The value of config_path in a file that config.toml imports, for a config.toml that regmirror must not write. Pure. */
import path from 'node:path'
import { setValue } from '../../../formats/toml/edit.ts'
import type { Issue } from '../../../model/errors.ts'
import type { DesiredFile, Rendering } from '../../target.ts'
import type { Snapshot } from '../snapshot.ts'
import { namesOnly } from './config-path.ts'
import { isParsed, parseConfig, registryTable, versionClashes } from './config-toml.ts'
import { conflictsOf } from './conflicts.ts'
import { effectiveRegistries } from './merge.ts'
import type { ParsedConfig } from './parsed-config.ts'
import { pluginNameFaults } from './plugin-names.ts'

export function renderDropIn(dropIn: string, snapshot: Snapshot): Pick<Rendering, 'files' | 'conflicts'> {
  const { faults, files, readers } = snapshot
  const found = [...faults, ...versionClashes(files, readers), ...pluginNameFaults(files, readers)]
  if (found.length > 0) return { files: [], conflicts: found }
  const edited = editedDropIn(dropIn, snapshot)
  if ('message' in edited) return { files: [], conflicts: [edited] }
  const conflicts = conflictsOf(edited.files, snapshot)
  return { files: conflicts.length > 0 ? [] : edited.desired, conflicts }
}

/** All files with the drop-in; the drop-in is missing where nothing has to be set. */
interface WithDropIn {
  readonly files: readonly ParsedConfig[]
  readonly desired: readonly DesiredFile[]
}

function editedDropIn(dropIn: string, snapshot: Snapshot): WithDropIn | Issue {
  const { files, hostsDir, generation } = snapshot
  const [main] = files
  if (main === undefined) return { files, desired: [] }
  const present = files.find(file => file.path === dropIn)
  const isSet = effectiveRegistries(snapshot).every(({ configPath }) =>
    namesOnly(configPath?.value, hostsDir),
  )
  if (isSet && present === undefined) return { files, desired: [] }
  const table = registryTable(main, generation)
  if ('message' in table) return table
  const from = `version = ${main.version ?? 1}\n`
  const setting = { path: [...table, 'config_path'], value: hostsDir }
  const text = setValue(present?.text ?? from, setting.path, setting.value)
  const parsed = parseConfig({ path: dropIn, bytes: Buffer.from(text ?? '') })
  if (!isParsed(parsed)) return parsed
  return { files: withFile(files, parsed), desired: [dropInFile(parsed, from, setting, snapshot)] }
}

/** In the place of the old one; a new one is the last of its directory. */
function withFile(files: readonly ParsedConfig[], file: ParsedConfig): readonly ParsedConfig[] {
  const isBeside = (other: ParsedConfig) => path.posix.dirname(other.path) === path.posix.dirname(file.path)
  const last = files.findLastIndex(isBeside)
  const at = last === -1 ? files.length : last + 1
  const all = [...files.slice(0, at), file, ...files.slice(at)]
  return all.filter(other => other === file || other.path !== file.path)
}

function dropInFile(
  { path: file, text }: ParsedConfig,
  from: string,
  setting: { readonly path: readonly string[]; readonly value: string },
  { config, hostsDir, written }: Snapshot,
): DesiredFile {
  return {
    ...{ path: file, content: text, secret: false, effect: 'restart', after: [hostsDir] },
    why: `sets config_path to ${hostsDir}, because ${config.path} belongs to the system`,
    owns: {
      ...{ kind: 'values', format: 'toml', values: [setting] },
      ...(!written.includes(file) && { created_from: from }),
    },
  }
}
