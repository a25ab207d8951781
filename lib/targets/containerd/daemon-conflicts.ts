/** Files that no running containerd would read. Pure. */
import type { Issue } from '../../model/errors.ts'
import { onOneLine } from '../../wording/printable.ts'
import { disabledCri } from './config/plugin-names.ts'
import { RANCHER_TEMPLATE, templateOf } from './config/templates.ts'
import type { RunningDaemon } from './daemon.ts'
import { isDockersOwn } from './distribution.ts'
import { containerdSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'

/** A list that names the file decides for itself; with `config = false` the file is that of the daemon. */
export function daemonConflicts(snapshot: Snapshot): readonly Issue[] {
  const { config, daemons } = snapshot
  if (config.named || !config.managed) return []
  if (daemons.doubted.some(({ mayRead }) => mayRead)) return []
  if (isUnitOther(snapshot)) return [unitConflict(snapshot)]
  const serving = daemons.others.filter(daemon => !isDockersOwn(daemon))
  if (daemons.readers.length === 0)
    return (serving.length > 0 ? serving : daemons.others).map(other => unreadConflict(other, config.path))
  const [off] = disabledCri(snapshot.files, snapshot.readers)
  return off === undefined ? [] : serving.map(other => withoutCri(unreadConflict(other, config.path), off))
}

/** Whether the unit starts containerd with another file; a variable of it decides otherwise. */
function isUnitOther({ unitConfig, config }: Snapshot): boolean {
  return unitConfig !== undefined && unitConfig !== config.path
}

function unitConflict({ unitConfig = '', config }: Snapshot): Issue {
  const message = `containerd does not run, and its unit starts it with ${onOneLine(unitConfig)}`
  return { file: config.path, message, hint: pathRemedy(unitConfig, 'containerd.service', config.path) }
}

/** The daemon that reads the file serves no CRI, and another one runs. */
function withoutCri(issue: Issue, { line }: { readonly line: number }): Issue {
  return { ...issue, line, message: `disabled_plugins turns CRI off here, and ${issue.message}` }
}

function unreadConflict(other: RunningDaemon, file: string): Issue {
  const message = `no running containerd with CRI reads this file: ${readsText(other)}`
  return { file, message, hint: remedyFor(other, file) }
}

/** `containerd of k3s (process 812) reads /var/lib/…`. */
function readsText({ pid, config, distribution }: RunningDaemon): string {
  const name = distribution === undefined ? 'containerd' : `containerd of ${distribution}`
  return `${name} (process ${pid}) reads ${onOneLine(config)}`
}

function remedyFor(other: RunningDaemon, file: string): string {
  const { distribution, unit = 'containerd.service' } = other
  switch (distribution) {
    case 'k3s':
    case 'rke2':
      return `choose one: write [targets.k3s] in place of [targets.containerd], which sets the mirrors in /etc/rancher/${distribution}/registries.yaml; or ${FOLLOW}, and config_path in ${RANCHER_TEMPLATE}`
    case 'microk8s':
    case 'k0s':
      return `${FOLLOW}, and ${templateOf(distribution)}`
    case 'docker':
      return `it serves Docker, and not CRI; for Docker, use [targets.docker] in place of [targets.containerd]; for a containerd that starts later, set config = "${file}" in [targets.containerd]`
    default:
      return (distribution && templateOf(distribution)) ?? pathRemedy(other.config, unit, file)
  }
}

/** regmirror then writes hosts.toml files to the directory that the file names. */
const FOLLOW = 'set config = false in [targets.containerd]'

/** Where a list may not name the file of the daemon, such as below /usr, the daemon must read another. */
function pathRemedy(config: string, unit: string, file: string): string {
  if (containerdSettings.check({ config }, []).length === 0)
    return `set config = "${config}" in [targets.containerd]`
  return `copy it to ${file} and start containerd with --config ${file}: systemctl edit ${unit}`
}
