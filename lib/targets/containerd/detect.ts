/** Whether containerd is on a node. */
import { findProgram } from '../find-program.ts'
import type { Detected } from '../target.ts'
import type { View } from '../view.ts'

export async function detectContainerd({ node }: Pick<View, 'node'>): Promise<Detected | undefined> {
  const file = await findProgram(node, ['containerd'])
  return file === undefined ? undefined : { what: 'containerd', file }
}
