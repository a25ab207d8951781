/** What the rules read: the snapshot, and which of its files are configuration. */

import { plural } from '../../../wording/plural.ts'
import type { CheckedFile, Doctor } from '../../rule.ts'
import type { Snapshot } from '../snapshot.ts'

export const observeNode: Doctor<Snapshot, Snapshot>['observe'] = async (snapshot, { node }) => {
  const files: CheckedFile[] = []
  for (const { path, text } of snapshot.files) {
    const mode = text === undefined ? undefined : (await node.facts(path))?.mode
    if (text !== undefined && mode !== undefined) files.push({ path, text, mode, format: 'toml' })
  }
  return { observed: snapshot, files, blind: [], about: aboutNode(snapshot) }
}

function aboutNode({ release, files, programs }: Snapshot): readonly string[] {
  return [
    ...(release === undefined ? [] : [`Podman ${release.name}`]),
    ...(programs.crio === undefined ? [] : [`CRI-O (process ${programs.crio.pid})`]),
    plural(files.length, 'file of registries.conf', 'files of registries.conf'),
  ]
}
