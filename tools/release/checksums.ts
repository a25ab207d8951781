/** The file that `sha256sum -c` reads. */
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'

export async function writeChecksums(folder: string, names: readonly string[]): Promise<void> {
  const lines = names.map(async name => `${await digestOf(path.join(folder, name))}  ${name}\n`)
  await fs.writeFile(path.join(folder, 'SHA256SUMS'), (await Promise.all(lines)).join(''))
}

export async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await fs.readFile(file))
    .digest('hex')
}
