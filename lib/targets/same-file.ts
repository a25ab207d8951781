/** Whether the file that a daemon reads is the file of the node. */
import { Failure } from '../model/errors.ts'
import type { Reader } from '../system/reader.ts'

/**
 * Whether two paths are one file. In one tree the paths decide; a container or a systemd unit sees the files of the machine
 * through mounts.
 */
export async function isSameFile(
  node: Reader,
  config: string,
  tree: Reader,
  other: string,
): Promise<boolean> {
  const [a, b] = await Promise.all([followed(node, config), followed(tree, other)])
  if (a.path === b.path && node.root === tree.root) return true
  return a.identity === b.identity && (a.identity !== undefined || a.path === b.path)
}

/** A path that cannot be followed is reported where the file is read. */
async function followed(tree: Reader, file: string): Promise<{ path: string; identity: string | undefined }> {
  try {
    return { path: await tree.real(file), identity: (await tree.facts(file))?.identity }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { path: file, identity: undefined }
  }
}
