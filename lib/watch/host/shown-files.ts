/** The files that the status page shows for each registry. */
import path from 'node:path'
import { hideSecrets } from '../../formats/secrets.ts'
import type { MirrorList } from '../../model/registry.ts'
import { readState } from '../../ownership/state.ts'
import type { Reader } from '../../system/reader.ts'
import { directoryName } from '../../targets/containerd/hosts/directory-name.ts'
import type { Reconciled } from './host.ts'

/** The hosts.toml of each registry that has one, with secrets hidden. */
export async function readShownFiles(list: MirrorList, node: Reader): Promise<Reconciled['hosts']> {
  const { files } = await readState(node)
  const paths = Object.keys(files).filter(file => path.basename(file) === 'hosts.toml')
  const shown = new Map<string, { path: string; text: string }>()
  for (const { name } of list.registries) {
    const file = paths.find(one => path.basename(path.dirname(one)) === directoryName(name))
    const bytes = file === undefined ? undefined : await node.read(file)
    const [, text] = hideSecrets(undefined, bytes?.toString('utf8'))
    if (file !== undefined && text !== undefined) shown.set(name, { path: file, text })
  }
  return shown
}
