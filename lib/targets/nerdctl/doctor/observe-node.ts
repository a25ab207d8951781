/** Reads what the rules need beside the snapshot: nerdctl.toml, whatever is wrong with it. */
import type { Unread } from '../../../model/finding.ts'
import { isReadableByOthers } from '../../../system/readable-by-others.ts'
import type { Observation } from '../../rule.ts'
import type { TomlFile } from '../../toml-file.ts'
import type { View } from '../../view.ts'
import { readConfigFile } from '../config-file.ts'
import type { NerdctlSnapshot } from '../snapshot.ts'

export interface ObservedNerdctl {
  readonly snapshot: NerdctlSnapshot
  /** nerdctl.toml, also where nerdctl refuses it; undefined: there is none, or it is not TOML. */
  readonly file: TomlFile | undefined
}

/** The rules of containerd cover hosts.toml files. */
export async function observeNode(
  snapshot: NerdctlSnapshot,
  { node }: View,
  unread: readonly Unread[],
): Promise<Observation<ObservedNerdctl>> {
  const { config, hostsDirs } = snapshot
  const bytes = await node.read(config)
  const read = bytes && readConfigFile(config, bytes)
  const file = read === undefined || 'message' in read ? undefined : read
  const facts = await node.facts(config)
  const mode = facts?.mode ?? 0
  const exposed = facts !== undefined && (await isReadableByOthers(config, node))
  const about = bytes === undefined ? `no ${config}` : config
  return {
    observed: { snapshot, file },
    files: file
      ? [{ path: config, text: file.text, mode: exposed ? mode : mode & ~0o004, format: 'toml' }]
      : [],
    blind: unread.some(one => one.file === config) ? ['config'] : [],
    about: [`nerdctl: ${about}`, `hosts_dir: ${hostsDirs.join(', ') || 'none'}`],
  }
}
