/** Reads the node for the containerd that runs there, whatever a list says of its files. */
import type { View } from '../view.ts'
import { observe } from './observe.ts'
import type { ContainerdSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'

/** The release in the list counts only where the node has none. */
export async function observeRunning(view: View, settings: ContainerdSettings): Promise<Snapshot> {
  const own = { ...settings, config: false, configNamed: false, hostsDir: undefined } as const
  const found = await observe(view, [], { ...own, version: undefined })
  const isKnown = found.installed !== undefined || settings.version === undefined
  return isKnown ? found : await observe(view, [], own)
}

/** config.toml and its imports. */
export function startFiles({ config, files }: Snapshot): readonly string[] {
  return files.length > 0 ? files.map(({ path }) => path) : config.exists ? [config.path] : []
}
