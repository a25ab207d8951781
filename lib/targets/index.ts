/** The table of runtimes, in the order in which a plan names them. A list that names no target means the first. */
import { aboutContainerd } from './containerd/about.ts'
import type { TargetTable } from './target.ts'

export const targets = {
  containerd: {
    ...aboutContainerd,
    load: async () => (await import('./containerd/containerd.ts')).containerd,
  },
} satisfies TargetTable
