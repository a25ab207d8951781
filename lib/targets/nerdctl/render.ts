/** What nerdctl must have for a list: hosts.toml files, and `hosts_dir` in nerdctl.toml where it names other directories. Pure. */
import { formats } from '../../formats/index.ts'
import type { Issue } from '../../model/errors.ts'
import type { Registry } from '../../model/registry.ts'
import type { Choices } from '../choices.ts'
import { directoryName } from '../hosts-toml/directory-name.ts'
import { registryFiles } from '../hosts-toml/registry-files.ts'
import type { DesiredFile, Rendering } from '../target.ts'
import { conflicts } from './conflicts.ts'
import { hostsDirValue } from './hosts-dir.ts'
import { notices } from './notices.ts'
import type { NerdctlSnapshot } from './snapshot.ts'

/** The text of a new nerdctl.toml, before its value. */
const NEW = ''

export function render(
  registries: readonly Registry[],
  snapshot: NerdctlSnapshot,
  choices: Choices,
): Rendering {
  const config = configFile(registries, snapshot)
  const isConflict = config !== undefined && 'message' in config
  return {
    files: [
      ...registries.flatMap(registry => hostsFiles(registry, snapshot)),
      ...(config === undefined || isConflict ? [] : [config]),
    ],
    notices: notices(registries, snapshot),
    conflicts: [...conflicts(registries, snapshot, choices), ...(isConflict ? [config] : [])],
    effect: 'immediate',
    held: [],
    kept: [],
  }
}

/** nerdctl reads them at every pull. */
function hostsFiles(registry: Registry, snapshot: NerdctlSnapshot): readonly DesiredFile[] {
  const { hostsDir, directories, proved } = snapshot
  const name = directoryName(registry.name)
  const present = directories[hostsDir]?.find(directory => directory.name === name)?.hosts
  return registryFiles(registry, hostsDir, 'immediate', present, proved)
}

function configFile(
  registries: readonly Registry[],
  snapshot: NerdctlSnapshot,
): DesiredFile | Issue | undefined {
  const { config, file, faults, hostsDir } = snapshot
  const value = hostsDirValue(snapshot)
  if (value === undefined || registries.length === 0 || faults.length > 0) return undefined
  const content = formats.toml.set(file?.text ?? NEW, value.path, value.value)
  if (content === undefined) {
    const hint = `set hosts_dir = ${JSON.stringify(value.value)} by hand`
    return { file: config, message: 'hosts_dir cannot be set without touching anything else', hint }
  }
  return {
    ...{ path: config, content, secret: false, effect: 'immediate', after: [hostsDir] },
    why: `hosts_dir starts with ${hostsDir}`,
    owns: {
      ...{ kind: 'values', format: 'toml', values: [value] },
      ...(file === undefined && { created_from: NEW }),
    },
  }
}
