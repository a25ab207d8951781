/** The files that the status page shows for each registry. */
import { hideSecrets } from '../../formats/secrets.ts'
import type { State } from '../../ownership/state.ts'
import type { Reader } from '../../system/reader.ts'
import type { Reconciled } from './host.ts'

/** The files that name the endpoints of a registry, by its name, with secrets hidden. */
export async function readShownFiles({ files }: State, node: Reader): Promise<Reconciled['shownFiles']> {
  const shown: { registry: string; path: string; text: string }[] = []
  for (const [path, { registry, format }] of Object.entries(files)) {
    const bytes = registry === undefined ? undefined : await node.read(path)
    const [, text] = hideSecrets(undefined, bytes?.toString('utf8'), format)
    if (registry !== undefined && text !== undefined) shown.push({ registry, path, text })
  }
  return Map.groupBy(shown, ({ registry }) => registry)
}
