/** Whether BuildKit is on a node: its daemon, its client, or a file for it. */
import { findProgram } from '../find-program.ts'
import type { Detected } from '../target.ts'
import type { View } from '../view.ts'
import { configPath } from './settings.ts'

export async function detectBuildkit({
  node,
  user,
}: Pick<View, 'node' | 'user'>): Promise<Detected | undefined> {
  const program = await findProgram(node, ['buildkitd', 'buildctl'])
  if (program !== undefined) return { what: 'BuildKit', file: program }
  const config = configPath({ config: undefined }, user)
  return (await node.facts(config)) && { what: 'BuildKit', file: config }
}
