/** The image that a deep probe asks for: what the list names, else a small one that everybody may pull. Pure. */
import type { Registry } from '../model/registry.ts'

export interface NamedCanary {
  /** Whose image it is. */
  readonly registry: string
  readonly repository: string
  /** A tag. */
  readonly reference: string
}

/** Small public images of the registries that the starter lists speak of. For probes only: watch asks for none of them. */
const BUILT_IN: Readonly<Record<string, string>> = {
  'docker.io': 'library/busybox:latest',
  'gcr.io': 'distroless/static:latest',
  'ghcr.io': 'containerd/busybox:1.36',
  'mcr.microsoft.com': 'oss/kubernetes/pause:3.9',
  'public.ecr.aws': 'docker/library/busybox:latest',
  'quay.io': 'prometheus/busybox:latest',
  'registry.k8s.io': 'pause:3.10',
}

/** Undefined for a registry of which nothing is known. */
export function canaryOf({ name, canary }: Pick<Registry, 'name' | 'canary'>): NamedCanary | undefined {
  const image = canary ?? BUILT_IN[name]
  if (image === undefined) return undefined
  const slash = image.indexOf('/')
  const [registry, path] = name === '*' ? [image.slice(0, slash), image.slice(slash + 1)] : [name, image]
  const [repository = '', reference = 'latest'] = path.split(':')
  return { registry, repository, reference }
}
