/** Whether k3s or RKE2 is on a node: its program, or a file for it. */
import type { Reader } from '../../system/reader.ts'
import { findProgram } from '../find-program.ts'
import type { Detected } from '../target.ts'
import type { View } from '../view.ts'
import { DISTRIBUTIONS, type Distribution } from './distributions.ts'

export async function detectK3s({ node }: Pick<View, 'node'>): Promise<Detected | undefined> {
  const [found] = await findInstalled(node)
  return found && { what: found.distribution.title, file: found.file }
}

interface Installed {
  readonly distribution: Distribution
  readonly file: string
}

/** By their programs, then by their files. */
export async function findInstalled(node: Pick<Reader, 'facts'>): Promise<readonly Installed[]> {
  const programs: Installed[] = []
  const files: Installed[] = []
  for (const distribution of DISTRIBUTIONS) {
    const program = await findProgram(node, [distribution.name])
    if (program !== undefined) programs.push({ distribution, file: program })
    else if ((await node.facts(distribution.config)) !== undefined)
      files.push({ distribution, file: distribution.config })
  }
  return [...programs, ...files]
}
