/** Reads the node for the buildkitd that runs there, whatever file the list names. */
import type { View } from '../view.ts'
import { findDaemons } from './daemons.ts'
import { observe } from './observe.ts'
import { type BuildkitSettings, configPath } from './settings.ts'
import type { BuildkitSnapshot } from './snapshot.ts'

export async function observeRunning(view: View, settings: BuildkitSettings): Promise<BuildkitSnapshot> {
  const { machine, user } = view
  if (machine === undefined) return await observe(view, settings)
  const [listed, usual] = [configPath(settings, user), configPath({ config: undefined }, user)]
  const { readers, others } = await findDaemons(machine.processes, listed, usual)
  const [running] = readers.length > 0 ? [] : others
  return await observe(view, { ...settings, ...(running && { config: running.config }) })
}
