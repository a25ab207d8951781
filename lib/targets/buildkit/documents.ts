/** Files of BuildKit that `import` reads. */
import type { DocumentKind } from '../target.ts'
import { DEFAULT_CONFIG } from './settings.ts'

export const buildkitDocuments: Readonly<Record<string, DocumentKind>> = {
  'buildkitd.toml': {
    format: 'toml',
    paths: [DEFAULT_CONFIG],
    load: async () => (await import('./read/buildkitd-toml.ts')).readBuildkitdToml,
  },
}
