/** Files of containers/image that `import` reads. */
import type { DocumentKind } from '../target.ts'

export const containersDocuments: Readonly<Record<string, DocumentKind>> = {
  'registries.conf': {
    format: 'toml',
    paths: [
      '/etc/containers/registries.conf',
      { directory: '/etc/containers/registries.conf.d', ending: '.conf' },
    ],
    load: async () => (await import('./read/registries-conf.ts')).readRegistriesConf,
  },
}
