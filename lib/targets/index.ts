/** The table of runtimes, in the order in which a plan names them. A list that names no target means the first. */
import { aboutBuildkit } from './buildkit/about.ts'
import { aboutContainerd } from './containerd/about.ts'
import { aboutContainers } from './containers/about.ts'
import { aboutDocker } from './docker/about.ts'
import { aboutK3s } from './k3s/about.ts'
import { aboutNerdctl } from './nerdctl/about.ts'
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
  containers: {
    ...aboutContainers,
    load: async () => (await import('./containers/containers.ts')).containers,
  },
  buildkit: {
    ...aboutBuildkit,
    load: async () => (await import('./buildkit/buildkit.ts')).buildkit,
  },
  nerdctl: {
    ...aboutNerdctl,
    load: async () => (await import('./nerdctl/nerdctl.ts')).nerdctl,
  },
  k3s: {
    ...aboutK3s,
    load: async () => (await import('./k3s/k3s.ts')).k3s,
  },
} satisfies TargetTable
