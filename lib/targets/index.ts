/** The table of runtimes, in the order in which a plan names them. A list that names no target means the first. */
import { aboutContainerd } from './containerd/about.ts'
import { aboutDocker } from './docker/about.ts'
import type { TargetTable } from './target.ts'

export const targets = {
  containerd: {
    ...aboutContainerd,
    load: async () => (await import('./containerd/containerd.ts')).containerd,
  },
  docker: {
    ...aboutDocker,
    load: async () => (await import('./docker/docker.ts')).docker,
  },
} satisfies TargetTable
