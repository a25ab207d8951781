/** A config.toml that another program writes: whether regmirror may edit it, and what to do instead. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Notice } from '../../../model/report.ts'
import type { OtherWriter } from '../../../ownership/other-writers.ts'
import { writerOf } from '../other-writers.ts'
import type { Snapshot } from '../snapshot.ts'

/** Where each program takes the content of config.toml from. */
const TEMPLATES: Readonly<Record<string, string>> = {
  k3s: rancherTemplate('k3s'),
  rke2: rancherTemplate('rke2'),
  k0s: 'set it in a file in /etc/k0s/containerd.d',
  microk8s: 'set it in containerd-template.toml in the same directory',
  talos: 'set the mirrors in the machine configuration',
}

/** There is a template for each version of the file; it starts with the program's own content (k3s pkg/agent/templates). */
function rancherTemplate(program: string): string {
  return `set it in config.toml.tmpl (config-v3.toml.tmpl for containerd 2) beside it, below {{ template "base" . }}, or set the mirrors in /etc/rancher/${program}/registries.yaml`
}

/** The other program would overwrite the file, with the value of regmirror. */
export function writerConflict(snapshot: Snapshot): readonly Issue[] {
  const writer = writerOfConfig(snapshot)
  if (!writer?.live) return []
  const message = `is written by ${writer.name}, which would overwrite config_path or lose its own settings`
  const remedies = [
    remedyFor(writer.name, snapshot),
    'or set config = false in the list to verify it only',
    OVER,
  ]
  const place = { file: snapshot.config.path, line: writer.line, column: 1 }
  return [{ ...place, message, hint: remedies.filter(Boolean).join(', ') }]
}

const OVER = 'or change it anyway with --take-over'

/** With the directory that the file names already, nothing has to change. */
function remedyFor(writer: string, { currentDirs, hostsDir }: Snapshot): string | undefined {
  const [directory, ...more] = currentDirs
  if (directory !== undefined && more.length === 0 && directory !== hostsDir)
    return `set hosts_dir = "${directory}" in the list, which it names now`
  return TEMPLATES[writer]
}

/** A configuration manager writes only when it is run. */
export function writerNotices(snapshot: Snapshot): readonly Notice[] {
  const writer = writerOfConfig(snapshot)
  if (writer === undefined || writer.live) return []
  const message = `is written by ${writer.name}, which may reset config_path; set it there too, or set config = false in the list`
  const place = { file: snapshot.config.path, line: writer.line }
  return [{ code: 'config_written', message, target: 'containerd', ...place }]
}

function writerOfConfig({ files: [main] }: Snapshot): OtherWriter | undefined {
  return main && writerOf(main.path, main.text)
}
