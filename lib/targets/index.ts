/** The table of runtimes, in the order in which a plan names them. A list that names no target means the first. */
import { containerd } from './containerd/containerd.ts'
import { containers } from './containers/containers.ts'
import type { Target } from './target.ts'

export const targets = { containerd, containers } satisfies Readonly<Record<string, Target>>
