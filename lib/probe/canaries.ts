/** The images that deep probes request: the canary of the list, or else a small public image. Pure. */
import type { Registry } from '../model/registry.ts'

export interface NamedCanary {
  /** The registry of the image. */
  readonly registry: string
  readonly repository: string
  /** A tag. */
  readonly reference: string
}

/** Small public images of the registries in the starter lists. Only for `probe`: watch does not use them. */
const PUBLIC_CANARIES: Readonly<Record<string, string>> = {
  'docker.io': 'library/busybox:latest',
  'gcr.io': 'distroless/static:latest',
  'ghcr.io': 'containerd/busybox:1.36',
  'mcr.microsoft.com': 'oss/kubernetes/pause:3.9',
  'public.ecr.aws': 'docker/library/busybox:latest',
  'quay.io': 'prometheus/busybox:latest',
  'registry.k8s.io': 'pause:3.10',
}

export const KNOWN_REGISTRIES: readonly string[] = Object.keys(PUBLIC_CANARIES)

/** Undefined if no image of the registry is known. */
export function findCanary({ name, canary }: Pick<Registry, 'name' | 'canary'>): NamedCanary | undefined {
  const image = canary ?? PUBLIC_CANARIES[name]
  if (image === undefined) return undefined
  const slash = image.indexOf('/')
  const [registry, path] = name === '*' ? [image.slice(0, slash), image.slice(slash + 1)] : [name, image]
  const [repository = '', reference = 'latest'] = path.split(':')
  return { registry, repository, reference }
}
