/** Files that we wrote and the list no longer asks for. */

import type { Notice } from '../model/report.ts'
import { hasBanner } from '../ownership/banner.ts'
import { digestOf, type ManagedFile, readOriginal } from '../ownership/state.ts'
import type { Reader } from '../system/files.ts'
import type { DesiredFile, Rendering, View } from '../targets/target.ts'

/** What of ours the list no longer asks for: the original comes back, or nothing if there was none. */
export async function unlistedFiles(
  name: string,
  rendering: Rendering,
  view: View,
  restartDue: boolean,
): Promise<{ files: DesiredFile[]; notices: Notice[]; forgets: string[] }> {
  const wanted = new Set(rendering.files.map(file => file.path))
  const files: DesiredFile[] = []
  const notices: Notice[] = []
  const forgets: string[] = []
  for (const [path, written] of Object.entries(view.state.files)) {
    if (written.target !== name || written.owns !== 'whole' || wanted.has(path)) continue
    const bytes = await view.node.read(path)
    if (bytes === undefined) {
      // Somebody has removed it. What stood there before us may still be wanted back.
      if (written.original === null) forgets.push(path)
      continue
    }
    if (restartDue && rendering.held.includes(path)) {
      notices.push({
        code: 'kept_until_restart',
        message: 'is read until the restart and stays until then: run regmirror again afterwards',
        target: name,
        file: path,
      })
      continue
    }
    if (digestOf(bytes) !== written.digest && !hasBanner(bytes)) {
      notices.push({
        code: 'left_alone',
        message: 'is no longer in the list, but somebody else has rewritten it since: it stays',
        target: name,
        file: path,
      })
      if (written.original === null) forgets.push(path)
      continue
    }
    files.push({ ...(await restored(path, written, view.node)), effect: rendering.effect })
  }
  return { files, notices, forgets }
}

/** What stood at a path before us, as a file that must be. */
export async function restored(
  path: string,
  written: ManagedFile,
  node: Reader,
): Promise<Omit<DesiredFile, 'effect'>> {
  const original = await readOriginal(node, path, written.original)
  const base = { path, owns: 'whole' } as const
  if (original === undefined)
    return { ...base, content: undefined, secret: false, why: 'no longer in the list' }
  const { bytes: content, ownership } = original
  return { ...base, content, ownership, secret: false, why: 'no longer in the list: the original comes back' }
}
