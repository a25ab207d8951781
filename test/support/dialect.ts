/** How containerd speaks to registries, in its newest release. */
import { containerdDialect } from '../../lib/targets/containerd/dialect.ts'

export const newestContainerd = { ...containerdDialect, images: containerdDialect.imageRules(undefined) }
