/** The closed table of runtimes that are written for, in the order in which a plan names them. */
import { containerd } from './containerd/containerd.ts'
import type { Target } from './target.ts'

export const targets = { containerd } satisfies Record<string, Target>
