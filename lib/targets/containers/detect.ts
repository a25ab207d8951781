/** Whether a program that reads registries.conf is on a node. */
import { findProgram } from '../find-program.ts'
import type { Detected } from '../target.ts'
import type { View } from '../view.ts'

const PROGRAMS = [
  ['podman', 'Podman'],
  ['crio', 'CRI-O'],
  ['buildah', 'Buildah'],
  ['skopeo', 'Skopeo'],
] as const

export async function detectContainers({ node }: Pick<View, 'node'>): Promise<Detected | undefined> {
  const found: { title: string; file: string }[] = []
  for (const [name, title] of PROGRAMS) {
    const file = await findProgram(node, [name])
    if (file !== undefined) found.push({ title, file })
  }
  const [first] = found
  return first && { what: found.map(({ title }) => title).join(', '), file: first.file }
}
