/** Whether a list lies inside the tree of `--root`: then it is part of an image, and may read nothing of the host. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { Reader } from '../system/reader.ts'

/**
 * The path of a file as seen from the root; undefined where the file lies outside, or the root is `/` of the host.
 * Directories are compared by inode: a link to the root or a bind mount of it is the root.
 */
export async function pathInside(node: Reader, host: Reader, file: string): Promise<string | undefined> {
  if (node.root === '/') return undefined
  const root = (await host.facts(node.root))?.identity
  const named = path.resolve(file)
  // First by the path as written: a link in the image is followed inside the image, not on the host.
  return (await pathBelow(root, named, host)) ?? (await pathBelow(root, await host.real(named), host))
}

async function pathBelow(root: string | undefined, file: string, host: Reader): Promise<string | undefined> {
  for (let above = file; above !== '/'; above = path.dirname(above))
    if ((await host.facts(above))?.identity === root) return path.join('/', path.relative(above, file))
  return undefined
}

/** Directories of `--allow-files-from` as seen from the root. Throws Failure `usage` for a directory outside. */
export async function directoriesInside(
  node: Reader,
  host: Reader,
  directories: readonly string[],
): Promise<readonly string[]> {
  return await Promise.all(
    directories.map(async directory => {
      const found = await pathInside(node, host, directory)
      if (found !== undefined) return found
      const message = `--allow-files-from ${directory} is outside --root, and a list inside --root cannot read files of this machine`
      throw new Failure('usage', [{ message, hint: 'use a list outside --root: -f FILE' }])
    }),
  )
}
