/** A config.toml that another program writes: whether regmirror may edit it, and what to do instead. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Notice } from '../../../model/report.ts'
import type { OtherWriter } from '../../../ownership/other-writers.ts'
import { writerOf } from '../other-writers.ts'
import type { Snapshot } from '../snapshot.ts'
import { templateOf } from './templates.ts'

/** The other program would overwrite the file, with the value of regmirror. */
export function writerConflict(snapshot: Snapshot): readonly Issue[] {
  const writer = writerOfConfig(snapshot)
  if (!writer?.live) return []
  const message = `${writer.name} writes this file and would overwrite config_path`
  const remedies = [remedyFor(writer.name, snapshot), 'set config = false in [targets.containerd]', OVER]
  const place = { file: snapshot.config.path, line: writer.line, column: 1 }
  return [{ ...place, message, hint: `choose one: ${remedies.filter(Boolean).join('; ')}` }]
}

const OVER = 'or take it over: --take-over'

/** With the directory that the file names already, nothing has to change. */
function remedyFor(writer: string, { currentDirs, hostsDir }: Snapshot): string | undefined {
  const [directory, ...more] = currentDirs
  if (directory !== undefined && more.length === 0 && directory !== hostsDir)
    return `set hosts_dir = "${directory}" in [targets.containerd] (the file already has this config_path)`
  return templateOf(writer)
}

/** A configuration manager writes only when it is run. */
export function writerNotices(snapshot: Snapshot): readonly Notice[] {
  const writer = writerOfConfig(snapshot)
  if (writer === undefined || writer.live) return []
  const message = `${writer.name} writes this file and may reset config_path; set config_path in its template too, or set config = false in [targets.containerd]`
  const place = { file: snapshot.config.path, line: writer.line }
  return [{ code: 'config_written', message, target: 'containerd', ...place }]
}

function writerOfConfig({ files: [main] }: Snapshot): OtherWriter | undefined {
  return main && writerOf(main.path, main.text)
}
