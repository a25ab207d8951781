/** Registries that everyone knows by name. Pure. */

const SERVERS: Readonly<Record<string, string>> = {
  'registry-1.docker.io': 'docker.io',
  'docker.io': 'docker.io',
  'index.docker.io': 'docker.io',
  // The first name of registry.k8s.io is frozen, and often served by the second.
  'k8s.gcr.io': 'registry.k8s.io',
}

const OTHERS = new Set([
  ...['quay.io', 'ghcr.io', 'gcr.io', 'registry.k8s.io', 'mcr.microsoft.com', 'nvcr.io'],
  ...['public.ecr.aws', 'registry.gitlab.com', 'docker.elastic.co', 'registry.access.redhat.com'],
])

/** The registry that a host is the server of. */
export function publicRegistry(host: string): string | undefined {
  return SERVERS[host] ?? (OTHERS.has(host) ? host : undefined)
}

/** The host of an address, in lower case, without a port that says nothing. */
export function hostOf(url: string): string {
  const authority = url.replace(/^[a-z]+:\/\//i, '').split('/', 1)[0] ?? ''
  return authority.toLowerCase().replace(/:443$/, '')
}
