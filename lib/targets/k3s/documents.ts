/** Files of k3s, RKE2 and of others with the same tables that `import` reads. */
import type { DocumentKind } from '../target.ts'
import { DISTRIBUTIONS } from './distributions.ts'

export const k3sDocuments: Readonly<Record<string, DocumentKind>> = {
  'registries.yaml': {
    format: 'yaml',
    paths: DISTRIBUTIONS.map(({ config }) => config),
    load: async () => (await import('./read/registries-yaml.ts')).readRegistriesYaml,
  },
  talos: {
    format: 'yaml',
    paths: [],
    load: async () => (await import('./read/talos.ts')).readTalos,
  },
}
