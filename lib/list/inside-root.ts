/** Whether a list comes with the tree under `--root`: then it is part of an image, and may read nothing of this machine. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { Reader } from '../system/files.ts'

/**
 * The path of a file as seen from the root, where it lies in it; undefined where it lies outside, or the root is this
 * machine's. A directory is known by its inode, whatever it is called: a link to the root or a bind mount of it is the root.
 */
export async function pathInside(node: Reader, here: Reader, file: string): Promise<string | undefined> {
  if (node.root === '/') return undefined
  const root = (await here.facts(node.root))?.identity
  const named = path.resolve(file)
  // As it is called first: a link in the image is followed inside it, not on this machine.
  return (await below(root, named, here)) ?? (await below(root, await here.real(named), here))
}

async function below(root: string | undefined, file: string, here: Reader): Promise<string | undefined> {
  for (let above = file; above !== '/'; above = path.dirname(above))
    if ((await here.facts(above))?.identity === root) return path.join('/', path.relative(above, file))
  return undefined
}

/** Directories of `--allow-files-from` as seen from the root. Throws Failure `usage` for one that lies outside. */
export async function directoriesInside(
  node: Reader,
  here: Reader,
  directories: readonly string[],
): Promise<readonly string[]> {
  return await Promise.all(
    directories.map(async directory => {
      const found = await pathInside(node, here, directory)
      if (found !== undefined) return found
      const message = `--allow-files-from ${directory} lies outside --root, and a list inside it reads nothing of this machine`
      throw new Failure('usage', [{ message, hint: 'give the list from outside with -f' }])
    }),
  )
}
