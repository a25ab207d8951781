/** Whether a program is installed on a node, which may be another tree. */
import type { Reader } from '../system/reader.ts'

const DIRECTORIES = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/opt/bin',
  '/bin',
  '/sbin',
]

/** The path of the first of these programs that a usual directory has. */
export async function findProgram(
  node: Pick<Reader, 'facts'>,
  names: readonly string[],
): Promise<string | undefined> {
  for (const name of names)
    for (const directory of DIRECTORIES) {
      const file = `${directory}/${name}`
      if ((await node.facts(file))?.type === 'file') return file
    }
  return undefined
}
