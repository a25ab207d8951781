/** A private folder for what a program has to be shown on disk before the node may see it. */
import { tmpdir } from 'node:os'
import path from 'node:path'
import { create, makeAll, removeDurably, removeIfEmpty } from './disk.ts'
import { orFail } from './errno.ts'
import { temporaryName } from './temporary.ts'

/** Runs `use` with a folder that holds the given files, and removes the folder afterwards. */
export async function withScratch<T>(
  files: Readonly<Record<string, string>>,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = temporaryName(path.join(tmpdir(), 'scratch'))
  const paths = Object.keys(files).map(name => path.join(directory, name))
  try {
    await orFail('fill', directory, async () => {
      await makeAll(directory, 0o700)
      for (const [name, text] of Object.entries(files))
        await create(path.join(directory, name), text, { mode: 0o600 })
    })
    return await use(directory)
  } finally {
    for (const file of paths) await removeDurably(file)
    await removeIfEmpty(directory)
  }
}
