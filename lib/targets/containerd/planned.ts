/** The snapshot after files are written. Pure. */
import { plannedDirectories } from '../hosts-toml/planned-directories.ts'
import type { PlannedFile } from '../target.ts'
import { isParsed, parseConfig } from './config/config-toml.ts'
import type { ParsedConfig } from './config/parsed-config.ts'
import type { Snapshot } from './snapshot.ts'

export function plannedSnapshot(snapshot: Snapshot, files: readonly PlannedFile[]): Snapshot {
  const { older, dropIns } = snapshot
  const main = files.find(file => file.path === snapshot.config.path)
  const present = snapshot.files.length > 0 || main === undefined ? snapshot.files : created(main)
  return {
    ...snapshot,
    files: rewritten(present, files),
    older: older && { ...older, files: rewritten(older.files, files) },
    dropIns: dropIns && { ...dropIns, files: rewritten(dropIns.files, files) },
    directories: plannedDirectories(snapshot.directories, files),
  }
}

function created(file: PlannedFile): readonly ParsedConfig[] {
  const parsed = parseConfig({ path: file.path, bytes: file.bytes ?? Buffer.alloc(0) })
  return isParsed(parsed) ? [parsed] : []
}

function rewritten(configs: readonly ParsedConfig[], files: readonly PlannedFile[]): readonly ParsedConfig[] {
  return configs.flatMap(config => {
    const file = files.find(one => one.path === config.path)
    return file === undefined ? [config] : created(file)
  })
}
