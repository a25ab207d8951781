/** The snapshot after files are written. Pure. */
import { plannedDirectories } from '../hosts-toml/planned-directories.ts'
import type { PlannedFile } from '../target.ts'
import { parseDaemonJson } from './daemon-json.ts'
import type { DockerSnapshot } from './snapshot.ts'

export function plannedSnapshot(snapshot: DockerSnapshot, files: readonly PlannedFile[]): DockerSnapshot {
  const main = files.find(({ path }) => path === snapshot.config.path)
  const directories = plannedDirectories(snapshot.directories, files)
  if (main === undefined) return { ...snapshot, directories }
  const parsed = parseDaemonJson(main.path, main.bytes && { bytes: main.bytes })
  return {
    ...{ ...snapshot, directories, info: undefined },
    json: 'json' in parsed ? parsed.json : undefined,
    fault: 'fault' in parsed ? parsed.fault : undefined,
  }
}
