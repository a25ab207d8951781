/** Reads what toy has on a node. */
import type { Target } from '../../../lib/targets/target.ts'
import type { View } from '../../../lib/targets/view.ts'
import { DEFAULTS, type ToySettings } from './settings.ts'

export interface ToySnapshot {
  readonly config: string
  readonly mirrorsDir: string
  /** The text of toy.json; undefined: there is none. */
  readonly text: string | undefined
  /** The text of the file of each registry, by its name. */
  readonly mirrors: ReadonlyMap<string, string>
}

export const observe: Target<ToySettings, ToySnapshot>['observe'] = async (
  { node, user },
  _registries,
  settings,
) => {
  const { config, mirrorsDir } = placesOf(settings, user)
  const entries = (await node.entries(mirrorsDir)) ?? []
  const mirrors = new Map<string, string>()
  for (const { name } of entries) {
    const bytes = name.endsWith('.toml') ? await node.read(`${mirrorsDir}/${name}`) : undefined
    if (bytes !== undefined) mirrors.set(decodeURIComponent(name.slice(0, -5)), bytes.toString('utf8'))
  }
  return { config, mirrorsDir, text: (await node.read(config))?.toString('utf8'), mirrors }
}

/** A user's toy reads the same files below the directory of that user's settings. */
function placesOf({ config, mirrorsDir }: ToySettings, user: View['user']) {
  const usual = (file: string) => (user === undefined ? file : file.replace('/etc', user.configHome))
  return {
    config: config ?? usual(DEFAULTS.config),
    mirrorsDir: mirrorsDir ?? usual(DEFAULTS.mirrors_dir),
  }
}
