/** Directories as values, to compare them before and after. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

/** Bytes by path below the directory; links as `-> target`, empty directories as `undefined`. */
export type Tree = Record<string, string | undefined>

export async function readTree(
  directory: string,
  skip: (file: string) => boolean = () => false,
): Promise<Tree> {
  const tree: Tree = {}
  const walk = async (at: string) => {
    const entries = await fs.readdir(path.join(directory, at), { withFileTypes: true })
    if (entries.length === 0 && at !== '') tree[`${at}/`] = undefined
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = path.join(at, entry.name)
      if (skip(`/${file}`)) continue
      if (entry.isDirectory()) await walk(file)
      else if (entry.isSymbolicLink()) tree[file] = `-> ${await fs.readlink(path.join(directory, file))}`
      else tree[file] = await fs.readFile(path.join(directory, file), 'latin1')
    }
  }
  await walk('')
  return tree
}

/** Writes the tree below the directory, files as 0644. */
export async function writeTree(directory: string, tree: Tree): Promise<void> {
  for (const [file, text] of Object.entries(tree)) {
    const to = path.join(directory, file)
    await fs.mkdir(text === undefined ? to : path.dirname(to), { recursive: true })
    if (text === undefined) continue
    if (text.startsWith('-> ')) await fs.symlink(text.slice(3), to)
    else await fs.writeFile(to, text, { encoding: 'latin1', mode: 0o644 })
  }
}

/** Runs `use` with a new empty directory, and removes it afterwards. */
export async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-test-'))
  try {
    return await use(directory)
  } finally {
    await fs.rm(directory, { recursive: true, force: true })
  }
}
