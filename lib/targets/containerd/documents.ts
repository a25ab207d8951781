/** Files of containerd that `import` reads. */
import type { DocumentKind } from '../target.ts'

/** Those of a node are in its snapshot. */
export const containerdDocuments: Readonly<Record<string, DocumentKind>> = {
  'hosts.toml': {
    format: 'toml',
    paths: [],
    load: async () => (await import('./read/documents.ts')).readHostsToml,
  },
  'config.toml': {
    format: 'toml',
    paths: [],
    load: async () => (await import('./read/documents.ts')).readConfigToml,
  },
}
