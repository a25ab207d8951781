/** The table of runtimes, in the order in which a plan names them. A list that names no target means the first. */
import { buildkit } from './buildkit/buildkit.ts'
import { containerd } from './containerd/containerd.ts'
import type { Target } from './target.ts'

export const targets = { containerd, buildkit } satisfies Readonly<Record<string, Target>>
