/** Files of Docker that `import` reads. */
import type { DocumentKind } from '../target.ts'

/** That of a node is in its snapshot. */
export const dockerDocuments: Readonly<Record<string, DocumentKind>> = {
  'daemon.json': {
    format: 'json',
    paths: ['/etc/docker/daemon.json'],
    load: async () => (await import('./read/daemon-json.ts')).readDaemonJson,
  },
}
