/** The snapshot after files are written. Pure. */
import { plannedDirectories } from '../hosts-toml/planned-directories.ts'
import type { PlannedFile } from '../target.ts'
import { fileOf, usedDirectories } from './config-file.ts'
import type { NerdctlSnapshot } from './snapshot.ts'

export function planned(snapshot: NerdctlSnapshot, files: readonly PlannedFile[]): NerdctlSnapshot {
  const config = files.find(file => file.path === snapshot.config)
  const read = config === undefined ? snapshot : fileOf(snapshot.config, config.bytes)
  return {
    ...snapshot,
    ...{ file: read.file, faults: read.faults },
    hostsDirs: usedDirectories(read.file, snapshot.defaults.hostsDirs),
    directories: plannedDirectories(snapshot.directories, files),
  }
}
