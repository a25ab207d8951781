/** Reads what toy has on a node. */
import type { Target } from '../../../lib/targets/target.ts'
import type { ToySettings } from './settings.ts'

export interface ToySnapshot extends ToySettings {
  /** The text of toy.json; undefined: there is none. */
  readonly text: string | undefined
  /** The text of the file of each registry, by its name. */
  readonly mirrors: ReadonlyMap<string, string>
}

export const observe: Target<ToySettings, ToySnapshot>['observe'] = async (
  { node },
  _registries,
  settings,
) => {
  const entries = (await node.entries(settings.mirrorsDir)) ?? []
  const mirrors = new Map<string, string>()
  for (const { name } of entries) {
    const bytes = name.endsWith('.toml') ? await node.read(`${settings.mirrorsDir}/${name}`) : undefined
    if (bytes !== undefined) mirrors.set(decodeURIComponent(name.slice(0, -5)), bytes.toString('utf8'))
  }
  return { ...settings, text: (await node.read(settings.config))?.toString('utf8'), mirrors }
}
