/** Whether users other than the owner and its group can read a file. */
import path from 'node:path'
import type { Reader } from './reader.ts'

/** They may read it and enter every directory above it. */
export async function isReadableByOthers(
  file: string,
  reader: Pick<Reader, 'real' | 'facts'>,
): Promise<boolean> {
  const real = await reader.real(file)
  const facts = await reader.facts(real)
  if (facts === undefined || (facts.mode & 0o004) === 0) return false
  for (let above = path.dirname(real); above !== '/'; above = path.dirname(above))
    if (((await reader.facts(above))?.mode ?? 0o001) % 2 === 0) return false
  return true
}
